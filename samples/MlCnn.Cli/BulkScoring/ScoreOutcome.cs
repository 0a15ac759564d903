namespace MlCnn.Cli.BulkScoring;

/// <summary>How far a run came.</summary>
/// <param name="Request">What was asked for.</param>
/// <param name="Progress">Where it is; null where nothing was begun.</param>
/// <param name="Before">How many images were done before this process.</param>
/// <param name="Time">What it took to score the others.</param>
internal sealed record ScoreOutcome(ScoreRequest Request, ScoreProgress? Progress, long Before, TimeSpan Time)
{
    public bool IsWhole => Progress is { } progress && progress.Done == progress.Images;

    /// <summary>How many images this process scored in a second; 0 where it scored none.</summary>
    public double ImagesPerSecond => Progress is { } progress && Time > TimeSpan.Zero ? (progress.Done - Before) / Time.TotalSeconds : 0;

    /// <summary>A run that was stopped before it scored anything.</summary>
    public static ScoreOutcome Nothing(ScoreRequest request, ScoreProgress? before) => new(request, before, before?.Done ?? 0, TimeSpan.Zero);
}
