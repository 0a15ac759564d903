using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.Formats;

/// <summary>Moves tensors between memory and streams in large pieces, without a copy of their own.</summary>
internal static class TensorMemory
{
    // A span counts in int: larger tensors go piece by piece.
    private const long PieceElements = 1 << 24;

    /// <summary>Writes the elements in row-major order, whatever the tensor's device and layout.</summary>
    public static void CopyTo(Tensor tensor, Stream destination)
    {
        using var detached = tensor.detach();
        using var near = detached.cpu();
        using var ordered = near.contiguous();
        ForEachPiece(ordered, piece => destination.Write(piece.bytes));
    }

    /// <summary>Reads the elements in row-major order into a contiguous tensor on the CPU.</summary>
    /// <exception cref="EndOfStreamException">The stream ends before the tensor does.</exception>
    public static void ReadFrom(Tensor tensor, Stream source) => ForEachPiece(tensor, piece => source.ReadExactly(piece.bytes));

    private static void ForEachPiece(Tensor tensor, Action<Tensor> action)
    {
        var count = tensor.numel();
        if (count == 0)
            return;
        using var _ = no_grad();
        using var row = tensor.view(-1);
        for (var start = 0L; start < count; start += PieceElements)
        {
            using var piece = row.narrow(0, start, Math.Min(PieceElements, count - start));
            action(piece);
        }
    }
}
