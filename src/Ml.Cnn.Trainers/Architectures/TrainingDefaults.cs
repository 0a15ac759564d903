namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Training settings that suit a network where the user gives none.</summary>
public sealed record TrainingDefaults
{
    /// <summary>Images per step, at least 1. Default 32.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>The highest learning rate of SGD with momentum 0.9, above 0. Default 0.01.</summary>
    public double LearningRate { get; init; } = 0.01;

    /// <summary>The L2 penalty, 0 or more. Default 0.0005.</summary>
    public double WeightDecay { get; init; } = 5e-4;

    /// <summary>How many steps the network learns in from random weights, at least 1: the number of epochs follows from it. Default null: some 2000.</summary>
    public int? Steps { get; init; }

    /// <summary>
    /// The name of the preset that the network is trained by where nothing else is asked for, but for batch size, rate and decay, which stand here; null, the
    /// default: none.
    /// </summary>
    internal string? Preset { get; init; }
}
