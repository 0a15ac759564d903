namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The mean of each channel of a map, of the map itself or of the sums of its rows.</summary>
/// <param name="vectors">The kernels.</param>
/// <param name="input">The map, or the sums: a pixel per row.</param>
/// <param name="pixels">Pixels of the map.</param>
/// <param name="output">A pixel.</param>
internal sealed unsafe class DirectMean(DirectVectors vectors, DirectValue input, int pixels, DirectValue output) : DirectStep
{
    private const int WorthAnItem = 16 * 1024; // numbers

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => [input];

    public override int Items(int threads) => (int)Math.Clamp(input.Length / WorthAnItem, 1, Math.Min(threads, output.Pixel / vectors.Width));

    public override void Run(int item, int items, in StepPlace place)
    {
        var (first, end) = Share(item, items, output.Pixel, unit: vectors.Width);
        vectors.Sum(input.At(place.Memory, 0) + first, input.Pixel, input.Pixels, end - first, 1f / pixels, output.At(place.Memory, 0) + first);
    }
}
