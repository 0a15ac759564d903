using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>The batches of an epoch that were trained on before training was taken up again.</summary>
/// <param name="count">How many.</param>
/// <param name="rowOrder">The hash of their rows; null where they were another process's.</param>
internal sealed class SeenBatches(long count, ulong? rowOrder)
{
    private long _left = count;
    private ulong _hash = RowOrderHash.Empty;

    /// <summary>
    /// For each batch of the epoch in turn, null for one of other processes alone: whether it is one of them. Warns where they are not what they were.
    /// </summary>
    public bool Contains(ImageBatch? batch, IChannel log)
    {
        if (_left == 0)
            return false;
        if (batch is not null)
            _hash = RowOrderHash.Add(_hash, batch);
        if (--_left == 0 && rowOrder is { } before && _hash != before)
            log.Warning(MessageSensitivity.None, "{0}",
                "The images of the epoch come in another order than before the interruption, so that some may be missed and others seen twice: the data "
                + "view's order is no function of the seed. Set Cache, or cache the data view.");
        return true;
    }
}

/// <summary>A hash of rows in their order, which tells whether an epoch's images come as they came before.</summary>
internal static class RowOrderHash
{
    // FNV-1a with 64 bits (Fowler, Noll and Vo).
    public const ulong Empty = 0xCBF29CE484222325;
    private const ulong Prime = 0x100000001B3;

    public static ulong Add(ulong hash, Input.ImageBatch batch)
    {
        for (var i = 0; i < batch.Count; i++)
            hash = (hash ^ (ulong)batch.Label(i)) * Prime;
        return hash;
    }
}
