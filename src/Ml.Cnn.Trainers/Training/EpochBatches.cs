using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Training;

/// <summary>The training images, batch by batch in an order that is new every epoch.</summary>
/// <param name="Source">Their rows.</param>
/// <param name="Queue">Decodes them.</param>
/// <param name="BadImages">Notes the pictures that could not be decoded.</param>
/// <param name="Images">Labelled rows, of which an epoch consists.</param>
internal sealed record EpochBatches(IEpochSource Source, BatchQueue Queue, BadImages BadImages, long Images)
{
    /// <summary>Goes through an epoch. A batch is valid until the next one is asked for.</summary>
    public IEnumerable<ImageBatch> Read(int epoch, CancellationToken cancellation)
    {
        using var rows = Source.Open(epoch, cancellation);
        foreach (var batch in Queue.Read(rows, epoch, cancellation))
            yield return batch;
    }
}
