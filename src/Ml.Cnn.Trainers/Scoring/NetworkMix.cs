using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>How the probabilities of several networks become one.</summary>
/// <param name="Weights">What each network weighs; 1 together.</param>
/// <param name="Orders">For each network, the place of each class among the network's own; null where they are in the same order.</param>
/// <param name="Average">What is averaged.</param>
internal sealed record NetworkMix(IReadOnlyList<double> Weights, IReadOnlyList<int[]?> Orders, ScoreAverage Average);
