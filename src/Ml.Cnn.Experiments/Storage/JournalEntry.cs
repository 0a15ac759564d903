using System.Text.Json.Serialization;
using Ml.Cnn.Experiments.Trials;

namespace Ml.Cnn.Experiments.Storage;

/// <summary>A line of the journal: one thing that happened.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(SessionBegan), "session")]
[JsonDerivedType(typeof(JobDecided), "decided")]
[JsonDerivedType(typeof(JobEnded), "ended")]
[JsonDerivedType(typeof(TrialControlled), "control")]
[JsonDerivedType(typeof(TrialAdded), "added")]
[JsonDerivedType(typeof(ExperimentEnded), "over")]
internal abstract record JournalEntry
{
    /// <summary>Seconds of the experiment until then; the time between two sessions does not count.</summary>
    public double At { get; init; }
}

/// <summary>A process took the experiment up.</summary>
internal sealed record SessionBegan(DateTimeOffset Time, string Library) : JournalEntry;

/// <summary>A training was decided on.</summary>
/// <param name="Job">From 1.</param>
/// <param name="Trial">From 1.</param>
/// <param name="Rung">From 0: to which it is trained.</param>
/// <param name="Configuration">Of a trial's first job; null for the later ones.</param>
/// <param name="Reason">Why.</param>
/// <param name="SecondsLeft">When the time is up, the training ends at its next step; null: no limit.</param>
/// <param name="Epochs">Behind which epoch it ends, where that is before the rung's: the rest of the budget is enough for no more; null: at the rung.</param>
internal sealed record JobDecided(int Job, int Trial, int Rung, TrialConfiguration? Configuration, string Reason, double? SecondsLeft, int? Epochs = null)
    : JournalEntry;

/// <summary>A training came to its end, or failed.</summary>
internal sealed record JobEnded(int Job, TrialJobResult Result) : JournalEntry;

/// <summary>The user held a trial back, let it go on or gave it up.</summary>
internal sealed record TrialControlled(int Trial, TrialControl Control) : JournalEntry;

/// <summary>The user wants a configuration tried.</summary>
internal sealed record TrialAdded(TrialConfiguration Configuration) : JournalEntry;

/// <summary>Nothing more was to be done within the budget.</summary>
internal sealed record ExperimentEnded(string Reason) : JournalEntry;

/// <summary>What a user may do to a trial while the experiment goes on.</summary>
internal enum TrialControl
{
    Pause,
    Resume,
    Skip,
}
