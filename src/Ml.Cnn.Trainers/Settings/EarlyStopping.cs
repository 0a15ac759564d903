namespace Ml.Cnn.Trainers;

/// <summary>
/// Ends training once it makes no progress any more, and returns the best epoch's weights (Prechelt 1998, "Early stopping - but when?",
/// section 2, in which patience is the class UP).
/// </summary>
/// <example>
/// <code>
/// EarlyStopping = new EarlyStopping { Metric = EarlyStoppingMetric.ValidationLoss, Patience = 5 }
/// </code>
/// </example>
public sealed class EarlyStopping
{
    /// <summary>Every epoch is trained, whatever the data.</summary>
    public static EarlyStopping Never => new() { Patience = int.MaxValue };

    /// <summary>
    /// What progress is measured by, which also decides on the best epoch. Default: the validation accuracy, or the training loss where nothing is
    /// validated.
    /// </summary>
    public EarlyStoppingMetric? Metric { get; set; }

    /// <summary>How many epochs in a row may bring no progress, at least 1; training ends with the last of them. Default 5.</summary>
    public int Patience { get; set; } = 5;

    /// <summary>
    /// By how much an epoch must be better than the last one that was progress, 0 or more; of accuracy from 0 to 1, of loss in nats. Default 0.
    /// </summary>
    public double MinimumChange { get; set; }

    // A metric says by what the best epoch is chosen, also where training never stops.
    internal bool IsNever => Patience == int.MaxValue && Metric is null;
}

/// <summary>What an epoch is judged by.</summary>
public enum EarlyStoppingMetric
{
    /// <summary><see cref="CnnEpoch.ValidationAccuracy"/>: the higher the better.</summary>
    ValidationAccuracy,

    /// <summary><see cref="CnnEpoch.ValidationLoss"/>: the lower the better.</summary>
    ValidationLoss,

    /// <summary><see cref="CnnEpoch.Loss"/>: the lower the better.</summary>
    TrainingLoss,
}
