using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Scores a validation set with the network as it is, in evaluation mode.</summary>
internal sealed class ValidationPass(Module<Tensor, Tensor> network, ClassificationLoss loss, Device device, Func<IRowFeed> open, BatchQueue batches,
    CancellationToken cancellation)
{
    /// <param name="confusion">Counts how the images of each class are taken; null: nobody does.</param>
    public PassTotals Run(ConfusionCounts? confusion = null)
    {
        network.eval();
        var totals = new PassTotals();
        using var mode = inference_mode();
        using var rows = open();
        foreach (var batch in batches.Read(rows, epoch: 0, cancellation))
        {
            using var scope = NewDisposeScope();
            var labels = batch.Labels.BringTo(device);
            var logits = network.forward(batch.Pixels.BringTo(device)).to(float32); // N × classes
            confusion?.Add(logits, labels);
            totals.Add(new BatchMeasures(batch.Count, new(logits, labels, loss.Of(logits, labels))).Read());
        }
        totals.Stop();
        return totals;
    }
}
