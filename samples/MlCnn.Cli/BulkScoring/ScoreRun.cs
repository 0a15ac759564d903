using Microsoft.ML;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// Writes the scores of a shard's images to a file, or goes on where an earlier process ended. The file appears when it is whole; until then its rows are in
/// a <see cref="Journal"/>, and a <see cref="ScoreProgress"/> says how many of them count.
/// </summary>
internal sealed class ScoreRun(MLContext mlContext, ScoreRequest request, CancellationToken stop)
{
    private readonly ScoreFiles _files = new(request.Out);

    /// <summary>Scores what is left to score.</summary>
    /// <exception cref="CommandException">The run cannot begin or go on; the message says why.</exception>
    public ScoreOutcome Run()
    {
        ModelFile.CheckArchive(request.Model);
        OutputFile.CheckWritable(request.Out, "scores.csv");
        using var guard = new ScoreLock(_files);
        if (request.Restart)
            _files.Forget();
        return Run(guard);
    }

    private ScoreOutcome Run(ScoreLock guard)
    {
        using var sequence = ImageSequence.Of(mlContext, request.Data);
        DataSurvey survey;
        try
        {
            survey = Messages.While("Listing the images", () => DataSurvey.Of(sequence, request.Shard, stop));
        }
        catch (OperationCanceledException)
        {
            return ScoreOutcome.Nothing(request, ScoreProgress.Load(_files.Progress));
        }
        var wanted = new ScoreProgress(new(Hashes.OfFile(request.Model), survey.Data, request.Options), request.Format, request.Shard, survey.Images,
            survey.ImagesSha256);
        var before = Earlier(wanted);
        if (before?.Finished is not null)
        {
            guard.Finish();
            return new(request, before, before.Done, TimeSpan.Zero);
        }
        var network = request.LoadNetwork(mlContext);
        var progress = Messages.While("Preparing the network", () => new PreparedScoring(network, request).Begin(wanted, before));
        var outcome = new ScoreLoop(mlContext, request, network, sequence, _files, stop).Run(progress);
        if (outcome is { IsWhole: true, Progress: { } whole })
        {
            outcome = outcome with { Progress = new FinishedFile(_files).Make(whole) };
            guard.Finish();
        }
        return outcome;
    }

    // What was begun, if it is of this run.
    private ScoreProgress? Earlier(ScoreProgress wanted)
    {
        if (ScoreProgress.Load(_files.Progress) is not { } before)
        {
            return !File.Exists(request.Out) || request.Restart ? null : throw new CommandException(
                $"--out: there is a file '{request.Out}', and no '{_files.Progress}' that says what it is. Give another name, or replace it with --restart.");
        }
        before.RequireSame(wanted, request.Out);
        if (before.Finished is { } seal && (!File.Exists(request.Out) || new FileInfo(request.Out).Length != seal.Bytes))
        {
            throw new CommandException($"--out: '{request.Out}' was finished, and is missing now or of another length. Put it back, or begin anew with "
                + "--restart.");
        }
        return before;
    }
}
