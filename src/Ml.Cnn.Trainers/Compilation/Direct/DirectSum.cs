using System.Runtime.CompilerServices;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The sum of two maps of the same size.</summary>
internal sealed unsafe class DirectSum(DirectVectors vectors, DirectValue left, DirectValue right, DirectValue output, Finish finish) : DirectStep
{
    private const int WorthAnItem = 16 * 1024; // numbers

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => [left, right];

    public override int Items(int threads) => (int)Math.Clamp(left.Length / WorthAnItem, 1, Math.Min(threads, left.Height));

    public override void Run(int item, int items, in StepPlace place)
    {
        var (first, end) = Share(item, items, output.Height);
        var length = output.Width * (nint)output.Pixel;
        for (var y = first; y < end; y++)
        {
            var to = output.At(place.Memory, y);
            Unsafe.CopyBlockUnaligned(to, left.At(place.Memory, y), (uint)(length * sizeof(float)));
            vectors.Add(to, right.At(place.Memory, y), length, finish);
            if (finish.Curve is not null)
                vectors.Apply(finish.Curve, to, length);
        }
    }
}
