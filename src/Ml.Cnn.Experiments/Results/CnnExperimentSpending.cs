namespace Ml.Cnn.Experiments;

/// <summary>What an experiment has spent.</summary>
/// <param name="Time">How long it ran, interruptions left out.</param>
/// <param name="Images">Images that its trainings saw, those seen again in later epochs included.</param>
/// <param name="Trials">Trials that were started.</param>
public sealed record CnnExperimentSpending(TimeSpan Time, long Images, int Trials);
