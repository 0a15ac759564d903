using System.Runtime.CompilerServices;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The image: brought to where there are zeros around it.</summary>
internal sealed unsafe class DirectInput(DirectValue output) : DirectStep
{
    private const int RowsWorthAnItem = 32;

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => [];

    public override int Items(int threads) => Math.Clamp(output.Height / RowsWorthAnItem, 1, threads);

    public override void Run(int item, int items, in StepPlace place)
    {
        var (first, end) = Share(item, items, output.Height);
        var (length, channels) = (output.Width * output.Channels, output.Channels);
        for (var y = first; y < end; y++)
        {
            float* from = place.Image + (nint)y * length, to = output.At(place.Memory, y);
            if (output.Pixel == channels)
            {
                Unsafe.CopyBlockUnaligned(to, from, (uint)(length * sizeof(float)));
                continue;
            }
            for (var x = 0; x < output.Width; x++, from += channels, to += output.Pixel)
                Unsafe.CopyBlockUnaligned(to, from, (uint)(channels * sizeof(float)));
        }
    }
}
