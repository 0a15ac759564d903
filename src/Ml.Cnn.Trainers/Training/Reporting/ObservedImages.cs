using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>What it takes to show the images of a training to people.</summary>
/// <param name="ClassNames">The classes in the order of their numbers.</param>
/// <param name="Normalization">What was done to the pixels.</param>
internal sealed record ObservedImages(IReadOnlyList<string> ClassNames, Normalization Normalization);
