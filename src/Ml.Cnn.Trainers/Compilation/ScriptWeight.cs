using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A tensor of a compiled network.</summary>
/// <param name="Name">The attribute's name.</param>
/// <param name="Make">Makes it of the network's weights; its maker's scope owns what comes.</param>
/// <param name="Reorder">The script's method that brings it into the order that its operation wants; null for the plain order.</param>
internal sealed record ScriptWeight(string Name, Func<Tensor> Make, string? Reorder);
