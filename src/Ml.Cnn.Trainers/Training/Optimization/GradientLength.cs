using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>The length of all gradients together, which may lie on several devices.</summary>
internal static class GradientLength
{
    /// <summary>√Σg² over all numbers, a scalar on the first one's device.</summary>
    /// <param name="gradients">One or more.</param>
    public static Tensor Of(IReadOnlyList<Tensor> gradients) =>
        stack(gradients.Select(gradient => gradient.norm().to(gradients[0].device))).norm();
}
