using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// One pass over a parameter, its gradient and a buffer of its own, in pieces that stay in a core's nearest cache: what libtorch's operations do one after
/// the other, each over the whole of memory. On libtorch's threads.
/// </summary>
internal static unsafe class TensorPieces
{
    /// <summary>Numbers that lie in memory in the same order.</summary>
    public delegate void Work(Span<float> weight, Span<float> gradient, Span<float> buffer);

    private const int Piece = 2048;    // three of 8 KiB
    private const int Share = 1 << 16; // what a thread takes at a time

    /// <summary>Whether the tensors can be gone through so: float32 on the CPU, alike in memory and without gaps there.</summary>
    public static bool Suits(Tensor weight, Tensor gradient, Tensor buffer) => LibtorchTeam.IsAvailable && weight.device_type == DeviceType.CPU
        && weight.dtype == ScalarType.Float32 && gradient.dtype == ScalarType.Float32 && weight.numel() <= Array.MaxLength / sizeof(float)
        && HasNoGaps(weight) && LieAlike(weight, gradient) && LieAlike(weight, buffer);

    /// <summary>Does the work on each piece of each parameter.</summary>
    public static void Run(IEnumerable<(Tensor Weight, Tensor Gradient, Tensor Buffer)> parameters, Work work)
    {
        var shares = new List<(nint Weight, nint Gradient, nint Buffer, int Length)>();
        foreach (var (weight, gradient, buffer) in parameters)
        {
            var (w, g, b, length) = (weight.Address(), gradient.Address(), buffer.Address(), (int)weight.numel());
            for (var from = 0; from < length; from += Share)
            {
                var offset = (nint)from * sizeof(float);
                shares.Add((w + offset, g + offset, b + offset, Math.Min(Share, length - from)));
            }
        }
        LibtorchTeam.For(shares.Count, get_num_threads(), i =>
        {
            var (weight, gradient, buffer, length) = shares[i];
            for (var from = 0; from < length; from += Piece)
                work(Span(weight, from), Span(gradient, from), Span(buffer, from));

            Span<float> Span(nint address, int from) => new((float*)address + from, Math.Min(Piece, length - from));
        });
    }

    private static bool LieAlike(Tensor one, Tensor other)
    {
        for (var dimension = 0; dimension < one.dim(); dimension++)
            if (one.size(dimension) > 1 && one.stride(dimension) != other.stride(dimension))
                return false;
        return true;
    }

    // The last number lies as far from the first as there are numbers.
    private static bool HasNoGaps(Tensor tensor)
    {
        long last = 0;
        for (var dimension = 0; dimension < tensor.dim(); dimension++)
            last += (tensor.size(dimension) - 1) * tensor.stride(dimension);
        return last == tensor.numel() - 1;
    }
}
