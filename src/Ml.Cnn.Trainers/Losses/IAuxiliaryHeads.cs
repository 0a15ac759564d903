using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Losses;

/// <summary>A network with classifiers on the way to its output, which add to the loss while it trains and are idle when it scores.</summary>
internal interface IAuxiliaryHeads
{
    /// <summary>The forward pass of a training step, through the auxiliary heads as well.</summary>
    /// <param name="images">N × C × H × W.</param>
    /// <returns>The output, N × classes, and that of each head that is switched on.</returns>
    (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary) ForwardWithAuxiliary(Tensor images);
}

/// <summary>The output of an auxiliary head.</summary>
/// <param name="Logits">N × classes.</param>
/// <param name="Weight">The factor of its loss.</param>
internal sealed record AuxiliaryLogits(Tensor Logits, double Weight);
