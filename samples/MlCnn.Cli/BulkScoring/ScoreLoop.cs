using System.Diagnostics;
using System.Security.Cryptography;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.BulkScoring;

/// <summary>Scores a shard's images part by part.</summary>
/// <remarks>
/// A part is scored by a cursor of its own: the batches, in which floating-point numbers may differ in their last bit, are then the same whether a process
/// began at the part or came from before it, and the file has the same bytes however often its making was interrupted. The network computes a part's batches
/// ahead of the rows that are written; only between two parts it waits for the writing of one batch.
/// </remarks>
internal sealed class ScoreLoop(MLContext mlContext, ScoreRequest request, CnnClassifier network, ImageSequence sequence, ScoreFiles files,
    CancellationToken stop)
{
    /// <summary>A multiple of every batch. What a killed process loses is less than this and <see cref="s_betweenCommits"/>.</summary>
    private const int PartSize = 128;

    // Waiting for the disk after every part would slow down networks that score thousands of images a second.
    private static readonly TimeSpan s_betweenCommits = TimeSpan.FromSeconds(1);

    /// <summary>Goes on until all images are done or it is to stop.</summary>
    /// <param name="progress">Where to begin.</param>
    /// <exception cref="BadImageException">An image is bad and must not be; the parts before it count.</exception>
    /// <exception cref="CommandException">The file cannot be written, or the data is not what it was at the start.</exception>
    public ScoreOutcome Run(ScoreProgress progress)
    {
        var begun = progress.Done;
        if (progress.Done == progress.Images && progress.Bytes > 0)
            return new(request, progress, begun, TimeSpan.Zero); // only the finished file was missing
        var start = Stopwatch.GetTimestamp();
        using var journal = new Journal(files, progress);
        if (progress.Bytes == 0)
            progress = journal.Commit(progress);
        progress = new ScoringDisplay("Scoring", progress.Images, begun).Show(display => ScoreParts(progress, journal, display));
        return new(request, progress, begun, Stopwatch.GetElapsedTime(start));
    }

    private ScoreProgress ScoreParts(ScoreProgress progress, Journal journal, ScoringDisplay display)
    {
        using var names = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var scored = ImageScoring.Score(mlContext, network, sequence.View, sequence.IsFiles);
        var lastCommit = Stopwatch.GetTimestamp();
        foreach (var part in Own(names).Skip(checked((int)progress.Done)).Chunk(PartSize))
        {
            sequence.Choose(part);
            var pass = new ScoringPass(scored, network, request.OnBadImage);
            if (Rows(pass, part, progress, display) is not { } rows)
                return journal.Commit(progress);
            var bad = pass.Bad.Count - pass.NotFinite;
            if (bad > 0 && request.OnBadImage == BadImageHandling.Fail)
            {
                journal.Commit(progress);
                throw new BadImageException(pass.Bad);
            }
            journal.Write(rows);
            progress = progress with { Done = progress.Done + part.Length, Bad = progress.Bad + bad, NotFinite = progress.NotFinite + pass.NotFinite };
            if (Stopwatch.GetElapsedTime(lastCommit) > s_betweenCommits)
                (progress, lastCommit) = (journal.Commit(progress), Stopwatch.GetTimestamp());
        }
        sequence.AddTo(names);
        return names.Text() == progress.Run.Data.Sha256 ? journal.Commit(progress) : throw new CommandException(
            "--data: images were added, removed or renamed while they were scored. Begin anew with --restart once the data stays as it is.");
    }

    private IEnumerable<SequencedImage> Own(IncrementalHash names)
    {
        var index = 0L;
        foreach (var name in sequence.Names())
        {
            names.AddName(name);
            if (request.Shard.Owns(index))
                yield return new(index, name);
            index++;
        }
    }

    // Null: it was to stop.
    private List<ScoreRow>? Rows(ScoringPass pass, SequencedImage[] part, ScoreProgress progress, ScoringDisplay display)
    {
        var rows = new List<ScoreRow>(part.Length);
        foreach (var image in pass.Images())
        {
            if (stop.IsCancellationRequested)
                return null;
            var name = part[image.Row].Name;
            rows.Add(image.Defect is { } defect ? new(name, [], defect.Reason)
                : new(name, ImageScoring.BestClasses(image.Scores, network.ClassNames, progress.Classes), null));
            display.Report(progress.Done + rows.Count);
        }
        return rows.Count == part.Length ? rows : throw new InvalidOperationException($"{rows.Count} of {part.Length} images of a part were scored.");
    }
}
