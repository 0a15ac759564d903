using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>The training images, batch by batch in an order that is new every epoch.</summary>
/// <param name="Source">Their rows.</param>
/// <param name="Queues">Decode them.</param>
/// <param name="BadImages">Notes the images that could not be decoded.</param>
/// <param name="EpochImages">Labeled rows, of which an epoch of all processes consists.</param>
/// <param name="Shard">Which of these rows come here.</param>
internal sealed record EpochBatches(IEpochSource Source, EpochQueues Queues, BadImages BadImages, long EpochImages, Shard Shard)
{
    /// <summary>
    /// Images that come here in an epoch, the same number in every process: so the share of an epoch that is over, from which the
    /// learning rate follows, is the same in all of them.
    /// </summary>
    public long Images { get; } = Shard.Length(EpochImages);

    /// <summary>Goes through an epoch. A batch is valid until the next one is asked for.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="known">As many batches at the beginning were seen before: they come with their labels, and their images need not be decoded.</param>
    /// <param name="cancellation">Ends the epoch early.</param>
    public IEnumerable<ImageBatch> Read(int epoch, long known, CancellationToken cancellation)
    {
        using var rows = Source.Open(epoch, cancellation, Shard);
        foreach (var batch in Queues.Of(epoch).Read(rows, epoch, cancellation, known))
            yield return batch;
    }

    /// <summary>Goes through an epoch's images at their full size, whatever size the epoch is trained in.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="cancellation">Ends the epoch early.</param>
    public IEnumerable<ImageBatch> ReadWhole(int epoch, CancellationToken cancellation)
    {
        using var rows = Source.Open(epoch, cancellation, Shard);
        foreach (var batch in Queues.Whole.Read(rows, epoch, cancellation))
            yield return batch;
    }
}
