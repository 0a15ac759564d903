using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments;

/// <summary>One trial of an experiment: what was tried, how far it was trained, and what came of it.</summary>
public sealed class CnnRunDetail
{
    private readonly Lazy<IReadOnlyList<CnnEpoch>> _history = new([]);

    internal CnnRunDetail() { }

    /// <summary>The trial's number, from 1, in the order in which trials were decided on.</summary>
    public required int Trial { get; init; }

    /// <summary>The network's name.</summary>
    public string TrainerName => Configuration.Architecture;

    /// <summary>What was tried.</summary>
    public required TrialConfiguration Configuration { get; init; }

    /// <summary>What became of it.</summary>
    public required CnnTrialStatus Status { get; init; }

    /// <summary>Why it is so, in a sentence; null where there is nothing to say.</summary>
    public string? Reason { get; init; }

    /// <summary>How many epochs it was trained for.</summary>
    public int Epochs { get; init; }

    /// <summary>How many images it was trained on, those seen again in later epochs included; with folds, of all folds together.</summary>
    public long ImagesSeen { get; init; }

    /// <summary>How long it took in all: training, validation, scoring and measuring.</summary>
    public double RuntimeInSeconds { get; init; }

    /// <summary>How long its training took.</summary>
    public double TrainSeconds { get; init; }

    /// <summary>Its network on the validation images; null where it did not come so far.</summary>
    public CnnTrialMetrics? ValidationMetrics { get; init; }

    /// <summary>
    /// What each epoch came to; with folds, of the first one. Read from the experiment's folder when it is first asked for, and empty where the folder is no
    /// longer there by then; a temporary folder is read before it goes. Any thread may ask.
    /// </summary>
    /// <exception cref="InvalidDataException">The job's file cannot be read.</exception>
    public IReadOnlyList<CnnEpoch> History
    {
        get => _history.Value;
        init => _history = new(value);
    }

    /// <summary>The network's parameters.</summary>
    public long Parameters { get; init; }

    /// <summary>Multiply-adds for one image.</summary>
    public long? MultiplyAdds { get; init; }

    /// <summary>Bytes of the model's weights.</summary>
    public long ModelBytes { get; init; }

    /// <summary>Training images per second, validation left out.</summary>
    public double ImagesPerSecond { get; init; }

    /// <summary>From one encoded image to its label, a median in milliseconds; null where it was not measured.</summary>
    public double? LatencyMilliseconds { get; init; }

    /// <summary>The most memory that the process held while it was trained, in bytes.</summary>
    public long PeakMemory { get; init; }

    /// <summary>One of its costs by its name; null where it is not known.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such cost.</exception>
    public double? CostOf(CnnTrialCost cost) => cost switch
    {
        CnnTrialCost.Latency => LatencyMilliseconds,
        CnnTrialCost.ModelBytes => KnownAbove0(ModelBytes),
        CnnTrialCost.Parameters => KnownAbove0(Parameters),
        CnnTrialCost.MultiplyAdds => MultiplyAdds,
        CnnTrialCost.TrainSeconds => KnownAbove0(TrainSeconds),
        _ => throw new ArgumentOutOfRangeException(nameof(cost), cost, "There is no such cost."),
    };

    /// <summary>How <see cref="History"/> is read.</summary>
    internal Lazy<IReadOnlyList<CnnEpoch>> LazyHistory
    {
        init => _history = value;
    }

    /// <summary>The score behind every rung that it has come to, from the lowest: the experiment's metric, turned so that higher is better.</summary>
    internal IReadOnlyList<double> RungScores { get; init; } = [];

    /// <summary>The validation images' right classes and the network's probabilities, in the rows' order; null where they are not at hand.</summary>
    internal Func<ImageScores?> Scores { get; init; } = () => null;

    private static double? KnownAbove0(double value) => value > 0 ? value : null;
}
