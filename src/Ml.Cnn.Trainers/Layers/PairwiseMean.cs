using System.Numerics;
using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// The mean of each 2 × 2 square of pixels with vector instructions, and its gradient. Gives the same bits as libtorch, which goes pixel by pixel.
/// </summary>
/// <remarks>
/// In LeNet-5, batch 128, libtorch spends a fifth of a training step on average pooling. This kernel uses one core, since memory bounds its speed.
/// </remarks>
internal sealed class PairwiseMean : autograd.SingleTensorFunction<PairwiseMean>
{
    // With more threads, libtorch's own kernel catches up.
    private const int FewThreads = 4;

    public override string Name => nameof(PairwiseMean);

    /// <summary>Whether this kernel can take the input, and is faster than libtorch's.</summary>
    /// <param name="input">N × C × H × W.</param>
    public static bool IsCompatible(Tensor input) => input.device_type == TorchSharp.DeviceType.CPU && input.dtype == ScalarType.Float32 && input.dim() == 4
        && input.size(2) % 2 == 0 && input.size(3) % 2 == 0 && input.is_contiguous() && get_num_threads() <= FewThreads;

    /// <summary>N × C × H × W, all in a row in memory, to N × C × H/2 × W/2.</summary>
    public static Tensor Of(Tensor input) => input.requires_grad && is_grad_enabled() ? apply(input) : Mean(input);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars) => Mean((Tensor)vars[0]);

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output) => [Spread(grad_output)];

    private static Tensor Mean(Tensor input)
    {
        var width = (int)input.size(3);
        var output = empty(input.size(0), input.size(1), input.size(2) / 2, width / 2);
        var from = MemoryMarshal.Cast<byte, float>(input.bytes);
        var to = MemoryMarshal.Cast<byte, float>(output.bytes);
        for (; to.Length > 0; from = from[(2 * width)..], to = to[(width / 2)..])
            MeanOfRows(from[..width], from[width..(2 * width)], to[..(width / 2)]);
        GC.KeepAlive(input); // its memory
        return output;
    }

    // A pair of pixels fills a 64-bit number, whose lower half is the left pixel where memory is little-endian.
    private static void MeanOfRows(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, Span<float> means)
    {
        if (means.Length >= Vector<float>.Count && BitConverter.IsLittleEndian)
        {
            for (var x = 0; x < means.Length; x += Vector<float>.Count)
            {
                var at = Math.Min(x, means.Length - Vector<float>.Count); // the last vector may cover pixels of the one before
                var (left, right) = (Sums(upper, lower, 2 * at), Sums(upper, lower, 2 * at + Vector<float>.Count));
                (Vector.AsVectorSingle(Vector.Narrow(left, right)) * 0.25f).CopyTo(means[at..]);
            }
            return;
        }
        for (var x = 0; x < means.Length; x++)
            means[x] = (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1]) * 0.25f;

        // Adds in libtorch's order. Each pair's sum lies in the lower 32 bits; Narrow drops the upper 32 bits.
        static Vector<ulong> Sums(ReadOnlySpan<float> upper, ReadOnlySpan<float> lower, int at)
        {
            var (above, below) = (new Vector<float>(upper[at..]), new Vector<float>(lower[at..]));
            return Vector.AsVectorUInt64(above + Right(above) + below + Right(below));
        }

        static Vector<float> Right(Vector<float> pixels) => Vector.AsVectorSingle(Vector.ShiftRightLogical(Vector.AsVectorUInt64(pixels), 32));
    }

    private static Tensor Spread(Tensor gradient)
    {
        using var scope = NewDisposeScope();
        gradient = gradient.contiguous();
        var width = (int)gradient.size(3);
        var spread = empty(gradient.size(0), gradient.size(1), gradient.size(2) * 2, width * 2);
        var from = MemoryMarshal.Cast<byte, float>(gradient.bytes);
        var to = MemoryMarshal.Cast<byte, float>(spread.bytes);
        for (; from.Length > 0; from = from[width..], to = to[(4 * width)..])
        {
            SpreadRow(from[..width], to[..(2 * width)]);
            to[..(2 * width)].CopyTo(to.Slice(2 * width, 2 * width));
        }
        return spread.MoveToOuterDisposeScope();
    }

    private static void SpreadRow(ReadOnlySpan<float> gradients, Span<float> pixels)
    {
        if (gradients.Length >= Vector<float>.Count)
        {
            for (var x = 0; x < gradients.Length; x += Vector<float>.Count)
            {
                var at = Math.Min(x, gradients.Length - Vector<float>.Count);
                Vector.Widen(Vector.AsVectorUInt32(new Vector<float>(gradients[at..]) * 0.25f), out var left, out var right);
                Vector.AsVectorSingle(Twice(left)).CopyTo(pixels[(2 * at)..]);
                Vector.AsVectorSingle(Twice(right)).CopyTo(pixels[(2 * at + Vector<float>.Count)..]);
            }
            return;
        }
        for (var x = 0; x < gradients.Length; x++)
            pixels[2 * x] = pixels[2 * x + 1] = gradients[x] * 0.25f;

        static Vector<ulong> Twice(Vector<ulong> values) => values | Vector.ShiftLeft(values, 32);
    }
}
