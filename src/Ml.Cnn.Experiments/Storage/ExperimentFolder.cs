using System.Globalization;
using System.Text;
using System.Text.Json;
using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Experiments.Trials;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Experiments.Storage;

/// <summary>An experiment's folder: what is kept where.</summary>
/// <param name="path">The folder.</param>
/// <remarks>
/// <code>
/// settings.json                  the definition: written when the experiment begins, and anew when it is extended
/// journal.jsonl                  decisions and results, a line each
/// trials/0007/fold-1/            the checkpoints of a trial's training, one folder for each
/// trials/0007/model.zip          its newest model, while it is among the best
/// trials/0007/batch-size         what its batches were brought down to, where memory did not suffice for those decided on
/// jobs/000012.json               what came of a job, with the history of its epochs
/// jobs/000012.scores             the validation images' classes and probabilities
/// best/model.zip                 the best model so far
/// leaderboard.csv, .json, .md, report.html
/// </code>
/// </remarks>
internal sealed class ExperimentFolder(string path)
{
    private const string BestFolder = "best";
    private const string JobsFolder = "jobs";
    private const string ModelFile = "model.zip";

    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string Journal => System.IO.Path.Join(Path, "journal.jsonl");

    /// <summary>What other processes want of single trials.</summary>
    public string Requests => System.IO.Path.Join(Path, "requests");

    public string Report => System.IO.Path.Join(Path, "report.html");

    public string BestModel => System.IO.Path.Join(Path, BestFolder, ModelFile);

    /// <summary>The definition.</summary>
    public string Settings => System.IO.Path.Join(Path, "settings.json");

    /// <summary>Whether there is an experiment in it.</summary>
    public bool Exists => File.Exists(Settings);

    public string Trial(int trial) => System.IO.Path.Join(Path, "trials", trial.ToString("0000", CultureInfo.InvariantCulture));

    public string ModelOf(int trial) => System.IO.Path.Join(Trial(trial), ModelFile);

    /// <param name="trial">From 1.</param>
    /// <param name="training">From 0.</param>
    public string Checkpoints(int trial, int training) => System.IO.Path.Join(Trial(trial), FormattableString.Invariant($"fold-{training + 1}"));

    /// <summary>What came of a job, whose presence says that it is done.</summary>
    public string ResultOf(int job) => JobFile(job, "json");

    /// <summary>The validation images' classes and probabilities by a job.</summary>
    public string ScoresOf(int job) => JobFile(job, "scores");

    /// <summary>Whether a file is a checkpoint, which its name tells from every other.</summary>
    public static bool IsCheckpoint(string path) => path.EndsWith(".safetensors", StringComparison.Ordinal);

    /// <summary>Deletes what a trial would go on from.</summary>
    /// <param name="trial">From 1.</param>
    /// <param name="trainings">How many a job is.</param>
    public void DeleteCheckpoints(int trial, int trainings)
    {
        foreach (var checkpoints in Enumerable.Range(0, trainings).Select(training => Checkpoints(trial, training)).Where(Directory.Exists))
            Directory.Delete(checkpoints, recursive: true);
    }

    /// <summary>What a trial's batches were brought down to; null where they are as decided on.</summary>
    public int? ReadBatchSize(int trial) =>
        File.Exists(BatchSizeOf(trial)) ? int.Parse(File.ReadAllText(BatchSizeOf(trial)), CultureInfo.InvariantCulture) : null;

    public void WriteBatchSize(int trial, int size) => AtomicFile.WriteToDisk(BatchSizeOf(trial), "batch size",
        stream => stream.Write(Encoding.ASCII.GetBytes(size.ToString(CultureInfo.InvariantCulture))));

    /// <exception cref="IOException">The folder cannot be made or written to.</exception>
    public void Create()
    {
        Directory.CreateDirectory(System.IO.Path.Join(Path, "trials"));
        Directory.CreateDirectory(System.IO.Path.Join(Path, JobsFolder));
        Directory.CreateDirectory(System.IO.Path.Join(Path, BestFolder));
    }

    /// <exception cref="InvalidDataException">The file is damaged, or of a newer version.</exception>
    public ExperimentDefinition ReadDefinition()
    {
        try
        {
            using var file = OpenShared(Settings);
            var definition = JsonSerializer.Deserialize<ExperimentDefinition>(file, ExperimentJson.File)!;
            if (definition.FormatVersion > ExperimentDefinition.CurrentVersion)
            {
                throw new InvalidDataException($"'{Settings}' was written by {definition.Library} in format {definition.FormatVersion}, and this version reads "
                    + $"up to {ExperimentDefinition.CurrentVersion}: update the library.");
            }
            return definition;
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{Settings}' cannot be read: {e.Message}", e);
        }
    }

    public void Write(ExperimentDefinition definition) =>
        AtomicFile.WriteToDisk(Settings, "settings", stream => JsonSerializer.Serialize(stream, definition, ExperimentJson.File));

    /// <summary>What came of a job; null while nothing has.</summary>
    /// <exception cref="InvalidDataException">The file is damaged.</exception>
    public TrialJobFile? ReadJob(int job)
    {
        var path = ResultOf(job);
        if (!File.Exists(path))
            return null;
        try
        {
            using var file = OpenShared(path);
            return JsonSerializer.Deserialize<TrialJobFile>(file, ExperimentJson.File);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"'{path}' cannot be read: {e.Message} Delete it, and the job is done again.", e);
        }
    }

    /// <summary>Writes what came of a job: scores first, since the other file says that it is done.</summary>
    public void WriteJob(int job, TrialJobFile result, ImageScores? scores)
    {
        if (scores is not null)
            AtomicFile.WriteToDisk(ScoresOf(job), JobName(job), scores.Write);
        AtomicFile.WriteToDisk(ResultOf(job), JobName(job), stream => JsonSerializer.Serialize(stream, result, ExperimentJson.File));
    }

    /// <summary>The scores of a job; null where it gave none, or where they cannot be read any more.</summary>
    public ImageScores? ReadScores(int job)
    {
        var path = ScoresOf(job);
        if (!File.Exists(path))
            return null;
        using var file = OpenShared(path);
        return ImageScores.Read(file);
    }

    private string BatchSizeOf(int trial) => System.IO.Path.Join(Trial(trial), "batch-size");

    /// <summary>Deletes what an earlier leader was writing when it was killed.</summary>
    public void DeleteRemains()
    {
        DeleteTemporary(Path, "");
        DeleteTemporary(System.IO.Path.Join(Path, BestFolder), "");
    }

    /// <summary>Deletes what an earlier worker was writing when it was killed; for whoever has the trial's lock.</summary>
    public void DeleteRemains(int trial, int job)
    {
        DeleteTemporary(Trial(trial), "");
        DeleteTemporary(System.IO.Path.Join(Path, JobsFolder), JobName(job));
    }

    private string JobFile(int job, string extension) => System.IO.Path.Join(Path, JobsFolder, $"{JobName(job)}.{extension}");

    private static string JobName(int job) => job.ToString("000000", CultureInfo.InvariantCulture);

    private static void DeleteTemporary(string folder, string name)
    {
        foreach (var file in Directory.EnumerateFiles(folder, $".{name}*.tmp"))
            AtomicFile.TryDelete(file);
    }

    // A file may be replaced while it is read.
    private static FileStream OpenShared(string path) => new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
}

/// <summary>A job's file.</summary>
/// <param name="Result">As the journal has it.</param>
/// <param name="History">The epochs of the trial's first training.</param>
internal sealed record TrialJobFile(TrialJobResult Result, IReadOnlyList<CnnEpoch> History);
