using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Metrics;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>Scores a validation set with the network as it is, in evaluation mode.</summary>
internal sealed class ValidationPass(Module<Tensor, Tensor> network, ClassificationLoss loss, Device device, Func<IRowFeed> open, BatchQueue batches,
    CancellationToken cancellation)
{
    public EpochTotals Run()
    {
        network.eval();
        var totals = new EpochTotals();
        using var mode = inference_mode();
        using var rows = open();
        foreach (var batch in batches.Read(rows, epoch: 0, cancellation))
        {
            using var scope = NewDisposeScope();
            var labels = batch.Labels.BringTo(device);
            var logits = network.forward(batch.Pixels.BringTo(device)).to(float32); // N × classes
            totals.Add(batch.Count, loss.Of(logits, labels).ToDouble(), Hits.Top1(logits, labels).ToInt64(), Hits.Top5(logits, labels)?.ToInt64());
        }
        totals.Stop();
        return totals;
    }
}
