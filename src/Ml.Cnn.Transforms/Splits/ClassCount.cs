namespace Ml.Cnn.Transforms;

/// <summary>How many rows a class has.</summary>
/// <param name="Label">The class's name; empty for rows without a label.</param>
/// <param name="Count">Its rows.</param>
public sealed record ClassCount(string Label, long Count);
