using Ml.Cnn.Trainers.Training.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Scales the loss so that gradients too small for float16 are not lost, and finds the scale as it goes (Micikevicius et al. 2017, section
/// 3.2): a step whose gradients overflow is left out and the scale halved; after 2000 steps without one it is doubled.
/// </summary>
internal sealed class LossScaling : ICheckpointed
{
    public const double First = 65_536;
    public const int StepsToGrow = 2000;

    private const double Highest = 1L << 40;

    private int _stepsSinceOverflow;

    /// <summary>What the loss is multiplied by before the backward pass.</summary>
    public double Scale { get; private set; } = First;

    /// <summary>Divides the gradients by the scale, and fits the scale to what they were.</summary>
    /// <param name="parameters">Whose gradients to look at.</param>
    /// <returns>False if the gradients are to be thrown away.</returns>
    public bool Unscale(IEnumerable<Tensor> parameters)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var gradients = parameters.Select(p => p.grad).OfType<Tensor>().ToArray();
        using var factor = (1 / Scale).ToScalar();
        foreach (var gradient in gradients)
            gradient.mul_(factor);
        // One look at the device for all of them.
        var isFinite = gradients.Length == 0 || stack(gradients.Select(g => g.isfinite().all().to(gradients[0].device))).all().item<bool>();
        if (!isFinite)
        {
            Scale = Math.Max(1, Scale / 2);
            _stepsSinceOverflow = 0;
        }
        else if (++_stepsSinceOverflow >= StepsToGrow)
        {
            Scale = Math.Min(Highest, Scale * 2);
            _stepsSinceOverflow = 0;
        }
        return isFinite;
    }

    string ICheckpointed.Name => "scaling";

    CheckpointPart ICheckpointed.Save() => new([], new Dictionary<string, double> { ["scale"] = Scale, ["steps"] = _stepsSinceOverflow });

    void ICheckpointed.Restore(CheckpointPart part) => (Scale, _stepsSinceOverflow) = (part.Number("scale"), (int)part.Number("steps"));
}
