using System.Diagnostics;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers.Training.Control;

/// <summary>Says when training is over before its last epoch, and why.</summary>
/// <param name="stopping">The time budget.</param>
/// <param name="ranking">Knows about progress.</param>
/// <param name="history">The epochs so far; grows while training goes on.</param>
/// <param name="time">Runs since the beginning of Fit.</param>
/// <param name="cancellation">Ends training at the next step.</param>
/// <param name="isShared">Whether other processes take every step, too: what only this one knows then ends training when all know it.</param>
internal sealed class StopConditions(
    StoppingSettings stopping, EpochRanking ranking, IReadOnlyList<CnnEpoch> history, Stopwatch time, CancellationToken cancellation, bool isShared = false)
{
    private bool _isTimeUp;
    private StopReason? _agreed;

    /// <summary>The first step whose loss was not a number.</summary>
    public (int Epoch, long Step, double Loss, double LearningRate)? NotFinite { get; set; }

    /// <summary>Why to stop; null to go on.</summary>
    public StopReason? Reason => NotFinite is not null ? StopReason.LossNotFinite
        : (isShared ? _agreed : Wish) is { } reason ? reason
        : ranking.IsWithoutProgress(history) ? StopReason.NoProgress
        : null;

    public bool Stopped => Reason is not null;

    /// <summary>Why this process would stop by what it alone knows; null: it would not.</summary>
    public StopReason? Wish => cancellation.IsCancellationRequested ? StopReason.Canceled : _isTimeUp ? StopReason.TimeBudgetSpent : null;

    /// <summary>Notes what all processes would stop for.</summary>
    /// <param name="wishes">Of every process.</param>
    public void Agree(IReadOnlyCollection<StopReason?> wishes) => _agreed = wishes.Contains(StopReason.Canceled) ? StopReason.Canceled
        : wishes.Contains(StopReason.TimeBudgetSpent) ? StopReason.TimeBudgetSpent : _agreed;

    /// <summary>Looks at the clock as well: between two steps, so that a validation comes to its end.</summary>
    /// <param name="isFirst">Whether nothing has been trained yet.</param>
    public bool StopsBeforeStep(bool isFirst)
    {
        _isTimeUp |= !isFirst && time.Elapsed >= stopping.TimeBudget;
        return Stopped;
    }
}
