namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The maximum over windows, of which those pixels count that lie in the map.</summary>
/// <param name="vectors">The kernels.</param>
/// <param name="input">The map.</param>
/// <param name="geometry">The window.</param>
/// <param name="output">A pixel per window.</param>
internal sealed unsafe class DirectMaximum(DirectVectors vectors, DirectValue input, Geometry geometry, DirectValue output) : DirectStep
{
    private const int WorthAnItem = 16 * 1024; // numbers

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => [input];

    public override int Items(int threads) => threads == 1 ? 1 : (int)Math.Clamp(input.Length / WorthAnItem, 1, Math.Min(2 * threads, output.Height));

    public override void Run(int item, int items, in StepPlace place)
    {
        var (first, end) = Share(item, items, output.Height);
        for (var y = first; y < end; y++)
        {
            var (top, height) = Inside(y * geometry.Stride.Height - geometry.Padding.Height, geometry.Kernel.Height, input.Height);
            for (var x = 0; x < output.Width; x++)
            {
                var (left, width) = Inside(x * geometry.Stride.Width - geometry.Padding.Width, geometry.Kernel.Width, input.Width);
                vectors.Maximum(input.At(place.Memory, top, left), input.Pixel, input.Row, height, width, vectors.Padded(output.Channels),
                    output.At(place.Memory, y, x));
            }
        }
    }

    private static (int First, int Count) Inside(int first, int count, int length) =>
        (Math.Max(0, first), Math.Min(length, first + count) - Math.Max(0, first));
}
