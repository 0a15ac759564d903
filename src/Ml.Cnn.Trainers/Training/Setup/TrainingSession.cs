using Ml.Cnn.Trainers.Training.Steps;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>What is trained, on which batches, and how it is validated; disposing it ends the readers and frees what they keep.</summary>
/// <param name="Subject">The network, or its head.</param>
/// <param name="Batches">The training images.</param>
/// <param name="Validation">Scores the validation set; null without one.</param>
/// <param name="Owned">Disposed with the session, the last one first.</param>
internal sealed record TrainingSession(TrainingSubject Subject, EpochBatches Batches, ValidationPass? Validation, IReadOnlyList<IDisposable> Owned)
    : IDisposable
{
    public void Dispose()
    {
        foreach (var owned in Owned.Reverse())
            owned.Dispose();
    }
}
