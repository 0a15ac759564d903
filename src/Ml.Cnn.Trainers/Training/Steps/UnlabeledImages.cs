using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Images without labels that a network learns along with labeled ones, by the classes that it is sure of.</summary>
/// <param name="batches">The images, each twice: changed little, and changed much.</param>
/// <param name="loss">Tells which classes count, and what they come to.</param>
/// <param name="channelsLast">Whether the network's images lie in memory as height × width × channels.</param>
internal sealed class UnlabeledImages(UnlabeledBatches batches, PseudoLabelLoss loss, bool channelsLast) : IDisposable
{
    private Tensor? _sure; // of the images since the last report, a scalar
    private long _images;

    public UnlabeledBatches Batches => batches;

    /// <summary>The next images of a step. Tensors belong to the caller's scope.</summary>
    /// <param name="epoch">The training's, from 1.</param>
    /// <param name="device">Where the step runs.</param>
    /// <returns>The images changed little, and the same ones changed much: N × C × H × W each.</returns>
    public (Tensor Weak, Tensor Strong) Next(int epoch, Device device)
    {
        var pairs = batches.Next(epoch).Pixels; // N × C × 2H × W, or N × 2C × H × W
        var dimension = channelsLast ? 2 : 1;
        var half = pairs.size(dimension) / 2;
        return (pairs.narrow(dimension, 0, half).BringTo(device), pairs.narrow(dimension, half, half).BringTo(device));
    }

    /// <summary>The classes of images that were changed little, and which of them count: see <see cref="PseudoLabelLoss.Guess"/>.</summary>
    /// <param name="logits">N × classes, from the network in evaluation mode.</param>
    public (Tensor Classes, Tensor IsSure) Guess(Tensor logits)
    {
        var guess = loss.Guess(logits);
        var sure = guess.IsSure.sum();
        _images += logits.size(0);
        using var before = _sure;
        _sure = (before is null ? sure : before.Plus(sure)).DetachFromDisposeScope();
        return guess;
    }

    /// <inheritdoc cref="PseudoLabelLoss.Of"/>
    public Tensor Loss(Tensor logits, (Tensor Classes, Tensor IsSure) guess) => loss.Of(logits, guess.Classes, guess.IsSure);

    /// <summary>Tells how many images had a class that counted.</summary>
    public void EpochEnded(int epoch, IChannel log)
    {
        if (_sure is null)
            return;
        log.Info(MessageSensitivity.None, "{0}",
            FormattableString.Invariant($"epoch {epoch}: {_sure.Number() / _images:P0} of {_images} unlabeled images had a class that is sure enough"));
        _sure.Dispose();
        (_sure, _images) = (null, 0);
    }

    public void Dispose()
    {
        _sure?.Dispose();
        batches.Dispose();
    }
}
