using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers;

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>Every epoch was trained.</summary>
    Completed,

    /// <summary>The cancellation token was canceled; the model is the best so far.</summary>
    [JsonStringEnumMemberName("cancelled")] // as the first format of model.json spells it
    Canceled,

    /// <summary>The loss was no longer a number; the model is the best before that.</summary>
    LossNotFinite,

    /// <summary>There was no progress any more (<see cref="CnnTrainerOptions.EarlyStopping"/>); the model is the best epoch's.</summary>
    NoProgress,

    /// <summary><see cref="CnnTrainerOptions.TimeBudget"/> was used up; the model is the best so far.</summary>
    TimeBudgetSpent,
}
