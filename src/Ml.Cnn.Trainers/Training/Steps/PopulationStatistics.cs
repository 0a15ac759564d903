using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>
/// Computes the mean and variance that batch normalization scores by anew, from many training images under the weights as they are: precise batch normalization
/// (Wu and Johnson 2021, section 3). The running averages of training lag behind weights that move fast, have seen too little where an epoch has few steps, and
/// are those of other weights where the weights are an average.
/// </summary>
/// <remarks>
/// The images come batch by batch as training has them: augmented, in an epoch's order, normalized by their batch. They are not mixed, and come in the size
/// that is scored. Nothing is drawn and no weight moves, so that training goes on as if nothing had been computed. Several processes all compute from the same
/// images, and so come to the same statistics.
/// </remarks>
/// <param name="subject">Whose statistics.</param>
/// <param name="batches">The training images.</param>
/// <param name="images">How many to compute from, 1 or more, filled up to whole batches; fewer where an epoch has fewer.</param>
internal sealed class PopulationStatistics(TrainingSubject subject, EpochBatches batches, long images)
{
    private readonly EpochBatches _batches = batches with { Shard = Shard.Whole };

    /// <summary>
    /// Sets the statistics of the layers whose statistics follow the images in an epoch, and leaves the network in evaluation mode. Those of the others
    /// stay, and so do all where the pass is canceled.
    /// </summary>
    /// <param name="epoch">From 1; says which layers, and which images come first.</param>
    /// <param name="cancellation">Ends the pass early.</param>
    public void Compute(int epoch, CancellationToken cancellation)
    {
        subject.Prepare(epoch);
        var layers = BatchNormalization.Following(subject.Network);
        subject.Network.eval(); // neither dropout nor stochastic depth
        if (layers.Count == 0)
            return;
        StatisticsPass.Compute(subject.Network, layers, _batches.ReadWhole(epoch, cancellation), ForScoring, images, cancellation);
        _batches.BadImages.ThrowIfMustFail();
    }

    // With images of several sizes, batches come in the largest.
    private Tensor ForScoring(ImageBatch batch) => batch.Pixels.BringTo(subject.Device).Resized(subject.Shape.Height, subject.Shape.Width);
}
