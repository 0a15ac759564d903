namespace Ml.Cnn.Evaluation;

/// <summary>A mistake that is made again and again.</summary>
/// <param name="Actual">The images' class.</param>
/// <param name="Predicted">What they were taken for.</param>
/// <param name="Images">How many there are.</param>
/// <param name="Share">Of the images of their class, 0 to 1.</param>
public sealed record CnnConfusedPair(string Actual, string Predicted, int Images, double Share);
