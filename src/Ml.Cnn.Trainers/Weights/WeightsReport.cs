namespace Ml.Cnn.Trainers.Weights;

/// <summary>What became of each tensor when weights were loaded into a network.</summary>
/// <param name="Loaded">Copied as they are.</param>
/// <param name="Adapted">Copied in another form: the first convolution, for another number of channels.</param>
/// <param name="Fresh">In the network and not from the weights: they are as the network was initialized.</param>
/// <param name="LeftOut">In the weights and not in the network.</param>
public sealed record WeightsReport(IReadOnlyList<string> Loaded, IReadOnlyList<string> Adapted, IReadOnlyList<string> Fresh, IReadOnlyList<string> LeftOut)
{
    /// <summary>What was before the names in the weights, such as "backbone."; empty where nothing was.</summary>
    public string Prefix { get; init; } = "";
}
