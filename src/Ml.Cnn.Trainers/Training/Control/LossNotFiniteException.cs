namespace Ml.Cnn.Trainers.Training.Control;

/// <summary>The loss was not a number before there was a model to return.</summary>
internal sealed class LossNotFiniteException(string message) : InvalidOperationException(message);
