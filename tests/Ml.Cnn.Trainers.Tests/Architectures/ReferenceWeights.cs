using System.Runtime.InteropServices;
using System.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>The weights and the input of ../shared/parity, which anyone can recompute from a tensor's name (README there).</summary>
internal static class ReferenceWeights
{
    private const ulong Golden = 0x9E3779B97F4A7C15;
    private const long PieceElements = 1 << 20;

    /// <summary>Fills a contiguous CPU tensor with what belongs under its name.</summary>
    public static void Fill(string name, Tensor tensor)
    {
        if (name.EndsWith("num_batches_tracked", StringComparison.Ordinal))
        {
            tensor.zero_();
            return;
        }
        var (scale, offset) = Range(name, tensor);
        var seed = Fnv1a(name);
        using var row = tensor.detach().view(-1);
        var count = row.numel();
        Parallel.For(0, (count + PieceElements - 1) / PieceElements, piece =>
        {
            var start = piece * PieceElements;
            using var part = row.narrow(0, start, Math.Min(PieceElements, count - start));
            var values = MemoryMarshal.Cast<byte, float>(part.bytes);
            var z = seed + (ulong)start * Golden;
            for (var i = 0; i < values.Length; i++)
                values[i] = Uniform(z += Golden) * scale + offset;
        });
    }

    private static (float Scale, float Offset) Range(string name, Tensor tensor)
    {
        if (name == "input")
            return (2, -1);
        if (name.EndsWith("running_mean", StringComparison.Ordinal))
            return (0.2f, -0.1f);
        if (name.EndsWith("running_var", StringComparison.Ordinal))
            return (1, 0.5f);
        if (tensor.dim() >= 2)
        {
            var bound = MathF.Sqrt(6f * tensor.shape[0] / tensor.numel());
            return (2 * bound, -bound);
        }
        return name.EndsWith("weight", StringComparison.Ordinal) ? (0.5f, 0.25f) : (0.2f, -0.1f);
    }

    // The finalizer of splitmix64, and its upper 24 bits as a number in [0, 1).
    private static float Uniform(ulong z)
    {
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        z ^= z >> 31;
        return (z >> 40) * (1f / (1 << 24));
    }

    private static ulong Fnv1a(string text) =>
        Encoding.UTF8.GetBytes(text).Aggregate(0xCBF29CE484222325, (hash, b) => (hash ^ b) * 0x100000001B3);
}
