namespace Ml.Cnn.OnnxConverter.Checks;

/// <summary>How far a file's outputs are from a network's.</summary>
/// <param name="Images">How many were compared.</param>
/// <param name="LargestDifference">Of scores as they are; of logits as a share of the largest one.</param>
/// <param name="Allowed">What may be.</param>
internal sealed record OnnxComparison(int Images, double LargestDifference, double Allowed);
