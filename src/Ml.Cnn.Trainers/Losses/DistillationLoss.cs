using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>How far a network's output is from its teacher's, both softened by a temperature (Hinton, Vinyals and Dean 2015, section 2).</summary>
/// <param name="temperature">T, above 0.</param>
/// <param name="share">What it counts beside the loss with the labels, above 0 and at most 1.</param>
internal sealed class DistillationLoss(double temperature, double share)
{
    /// <summary>Each image's T² · KL(teacher ‖ network), N values: the factor keeps the gradient as large as the labels' at any temperature.</summary>
    /// <param name="logits">The network's, N × classes.</param>
    /// <param name="teacher">The teacher's, N × the same classes.</param>
    public Tensor OfEach(Tensor logits, Tensor teacher)
    {
        var (own, wanted) = (functional.log_softmax(logits.Over(temperature), 1), functional.log_softmax(teacher.Over(temperature), 1));
        var each = wanted.exp().mul(wanted - own).sum(1);
        return each.Times(temperature * temperature);
    }

    /// <summary>The loss with the labels and the one with the teacher, as one.</summary>
    /// <param name="labels">A scalar.</param>
    /// <param name="teacher">A scalar.</param>
    public Tensor Join(Tensor labels, Tensor teacher) => labels.Times(1 - share).Plus(teacher.Times(share));
}
