using Ml.Cnn.Trainers;

namespace MlCnn.Cli.BulkScoring;

/// <summary>What is known of a run once its network is ready.</summary>
internal sealed class PreparedScoring(CnnClassifier network, ScoreRequest request)
{
    /// <summary>The progress to go on from.</summary>
    /// <param name="wanted">What the command line asks for, from the beginning.</param>
    /// <param name="before">What there is of it; null where there is nothing.</param>
    /// <exception cref="CommandException">This machine computes in other numbers than the one before.</exception>
    public ScoreProgress Begin(ScoreProgress wanted, ScoreProgress? before)
    {
        network.WarmUp();
        wanted = wanted with
        {
            Run = wanted.Run with { Options = wanted.Run.Options with { ComputedIn = network.ScoringCopies[^1].Precision } },
            Classes = Math.Min(request.Options.Top, network.ClassNames.Count),
        };
        before?.RequireSame(wanted, request.Out);
        return before ?? wanted;
    }
}
