namespace Ml.Cnn.Trainers.Collectives;

/// <summary>Processes that work together cannot go on: one of them is gone, does not come, or failed.</summary>
internal sealed class GroupFailureException(string message) : InvalidOperationException(message);
