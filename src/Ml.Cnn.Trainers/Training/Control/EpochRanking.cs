namespace Ml.Cnn.Trainers.Training.Control;

/// <summary>Compares epochs: which is the best, and whether there is progress still.</summary>
/// <param name="options">The user's early stopping; null: none, but there is a best epoch all the same.</param>
/// <param name="isValidated">Whether epochs are validated.</param>
internal sealed class EpochRanking(EarlyStopping? options, bool isValidated)
{
    private readonly EarlyStoppingMetric _metric = options?.Metric ?? (isValidated ? EarlyStoppingMetric.ValidationAccuracy : EarlyStoppingMetric.TrainingLoss);

    /// <summary>Whether the best epoch's weights are what training is for, rather than the last ones.</summary>
    public bool ReturnsBest => options is not null || isValidated;

    public bool IsBest(CnnEpoch epoch, IReadOnlyList<CnnEpoch> history) =>
        history.LastOrDefault(e => e.IsBest) is not { } best || IsBetter(epoch, best, by: 0);

    /// <summary>Whether patience has run out. A function of the history, so that a resumed training decides alike.</summary>
    public bool IsWithoutProgress(IReadOnlyList<CnnEpoch> history)
    {
        if (options is null)
            return false;
        CnnEpoch? progress = null;
        var waited = 0;
        foreach (var epoch in history)
        {
            if (progress is null || IsBetter(epoch, progress, options.MinimumChange))
                (progress, waited) = (epoch, 0);
            else
                waited++;
        }
        return waited >= options.Patience;
    }

    private bool IsBetter(CnnEpoch epoch, CnnEpoch than, double by)
    {
        var (gain, isFirstNumber) = (Score(epoch) - Score(than), double.IsNaN(Score(than)) && !double.IsNaN(Score(epoch)));
        return isFirstNumber || (gain > 0 && gain >= by);
    }

    private double Score(CnnEpoch epoch) => _metric switch
    {
        EarlyStoppingMetric.ValidationAccuracy => epoch.ValidationAccuracy ?? double.NaN,
        EarlyStoppingMetric.ValidationLoss => -(epoch.ValidationLoss ?? double.NaN),
        _ => -epoch.Loss,
    };
}
