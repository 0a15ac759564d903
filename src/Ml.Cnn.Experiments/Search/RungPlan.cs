using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Search;

/// <summary>
/// How far trials are trained before they are compared: rungs (Li et al. 2018, "A System for Massively Parallel Hyperparameter Tuning", section 3). Each
/// ends where a cycle of the learning rate ends (Loshchilov and Hutter 2016), so that what is compared has come to rest, and going on is no other training.
/// </summary>
internal sealed record RungPlan
{
    /// <param name="firstEpochs">Of the first rung, at least 1.</param>
    /// <param name="factor">Of each cycle's length to the one before, and of how many trials one goes on; at least 2.</param>
    /// <param name="maximumEpochs">No rung ends later, unless it is the first.</param>
    public RungPlan(int firstEpochs, int factor, int maximumEpochs)
    {
        (FirstEpochs, Factor) = (firstEpochs, factor);
        var ends = new List<int> { firstEpochs };
        for (var cycle = (long)firstEpochs * factor; ends[^1] + cycle <= maximumEpochs; cycle *= factor)
            ends.Add((int)(ends[^1] + cycle));
        Ends = ends;
    }

    public int FirstEpochs { get; }

    public int Factor { get; }

    /// <summary>The epochs behind which each rung ends: 1, 4, 13, 40.</summary>
    public IReadOnlyList<int> Ends { get; }

    public int Count => Ends.Count;

    /// <summary>The epochs behind which a rung begins: the end of the one before.</summary>
    public int BeginOf(int rung) => rung == 0 ? 0 : Ends[rung - 1];

    /// <summary>Epochs from the end of the rung before.</summary>
    public int EpochsOf(int rung) => Ends[rung] - BeginOf(rung);

    public LearningRateSchedule Schedule => LearningRateSchedule.CosineRestarts(FirstEpochs, Factor);
}
