using TorchSharp.Modules;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Parameters that are trained alike.</summary>
/// <param name="Parameters">Each in one group only.</param>
/// <param name="RateFactor">What the learning rate is multiplied by, 0 or more.</param>
/// <param name="WeightDecay">0 or more.</param>
internal sealed record ParameterGroup(IReadOnlyList<Parameter> Parameters, double RateFactor, double WeightDecay);
