using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>The training images, batch by batch in an order that is new every epoch.</summary>
/// <param name="Source">Their rows.</param>
/// <param name="Queues">Decode them.</param>
/// <param name="BadImages">Notes the images that could not be decoded.</param>
/// <param name="Steps">How many images and batches an epoch of all processes consists of.</param>
/// <param name="Shard">Which of its rows come here.</param>
internal sealed record EpochBatches(IEpochSource Source, EpochQueues Queues, BadImages BadImages, EpochSteps Steps, Shard Shard)
{
    /// <summary>Labeled rows, of which an epoch of all processes consists.</summary>
    public long Images => Steps.Images;

    /// <summary>Goes through an epoch together with the other processes: where one of them has a batch more, null comes last.</summary>
    /// <inheritdoc cref="Read"/>
    /// <exception cref="InvalidOperationException">There are more rows than there were when they were counted.</exception>
    public IEnumerable<ImageBatch?> ReadWithOthers(int epoch, long known, CancellationToken cancellation)
    {
        long read = 0;
        foreach (var batch in Read(epoch, known, cancellation))
        {
            if (++read > Steps.Count && !Shard.IsWhole)
            {
                throw new InvalidOperationException($"The training data has more rows than the {Images} that were counted at the beginning: it must not "
                    + "change while several processes train.");
            }
            yield return batch;
        }
        for (; read < Steps.Count && !Shard.IsWhole; read++)
            yield return null;
    }

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
