namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>A map whose channels are multiplied by a factor each, as squeeze-and-excitation does.</summary>
internal sealed unsafe class DirectScale(DirectVectors vectors, DirectValue input, DirectValue factors, DirectValue output) : DirectStep
{
    private const int WorthAnItem = 16 * 1024; // numbers

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => [input, factors];

    public override int Items(int threads) => (int)Math.Clamp(input.Length / WorthAnItem, 1, Math.Min(threads, input.Height));

    public override void Run(int item, int items, in StepPlace place)
    {
        var (first, end) = Share(item, items, input.Height);
        for (var y = first; y < end; y++)
            vectors.Scale(input.At(place.Memory, y), factors.At(place.Memory, 0), input.Pixel, input.Width, output.At(place.Memory, y));
    }
}
