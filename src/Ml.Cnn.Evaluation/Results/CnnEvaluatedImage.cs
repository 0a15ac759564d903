namespace Ml.Cnn.Evaluation;

/// <summary>An image and what a network said of it.</summary>
/// <param name="Row">Its row in the data, from 0.</param>
/// <param name="Actual">Its class.</param>
/// <param name="Predicted">The most probable class.</param>
/// <param name="Probability">That class's probability, 0 to 1.</param>
/// <param name="ActualProbability">Its own class's probability, 0 to 1.</param>
public sealed record CnnEvaluatedImage(int Row, string Actual, string Predicted, double Probability, double ActualProbability)
{
    /// <summary>Whether it is taken for its class.</summary>
    public bool IsRight => Actual == Predicted;
}
