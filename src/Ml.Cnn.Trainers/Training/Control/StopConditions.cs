using System.Diagnostics;
using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers.Training.Control;

/// <summary>Says when training is over before its last epoch, and why.</summary>
/// <param name="stopping">The time budget.</param>
/// <param name="ranking">Knows about progress.</param>
/// <param name="history">The epochs so far; grows while training goes on.</param>
/// <param name="time">Runs since the beginning of Fit.</param>
/// <param name="cancellation">Ends training at the next step.</param>
internal sealed class StopConditions(
    StoppingSettings stopping, EpochRanking ranking, IReadOnlyList<CnnEpoch> history, Stopwatch time, CancellationToken cancellation)
{
    private bool _isTimeUp;

    /// <summary>The first step whose loss was not a number.</summary>
    public (int Epoch, long Step, double Loss, double LearningRate)? NotFinite { get; set; }

    /// <summary>Why to stop; null to go on.</summary>
    public StopReason? Reason => NotFinite is not null ? StopReason.LossNotFinite
        : cancellation.IsCancellationRequested ? StopReason.Canceled
        : _isTimeUp ? StopReason.TimeBudgetSpent
        : ranking.IsWithoutProgress(history) ? StopReason.NoProgress
        : null;

    public bool Stopped => Reason is not null;

    /// <summary>Looks at the clock as well: between two steps, so that a validation comes to its end.</summary>
    /// <param name="isFirst">Whether nothing has been trained yet.</param>
    public bool StopsBeforeStep(bool isFirst)
    {
        _isTimeUp |= !isFirst && time.Elapsed >= stopping.TimeBudget;
        return Stopped;
    }
}
