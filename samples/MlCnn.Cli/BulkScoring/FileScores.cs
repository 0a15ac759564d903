using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// What a finished file of 'mlcnn score' says of labeled images, in the place of a network: images that were scored in shards are so evaluated whole.
/// </summary>
internal sealed class FileScores
{
    private readonly string _path;
    private readonly ScoreProgress _progress;

    private FileScores(string path, ScoreProgress progress) => (_path, _progress) = (path, progress);

    /// <summary>What scores were computed in, as a word.</summary>
    public string Precision => _progress.Run.Options.ComputedIn is { } type ? type.ToString().ToLowerInvariant() : "";

    /// <summary>Looks whether a file can be evaluated.</summary>
    /// <param name="path">Of 'mlcnn score' or 'mlcnn merge'.</param>
    /// <param name="model">The model that it must be of.</param>
    /// <param name="classes">How many classes the model has.</param>
    /// <exception cref="CommandException">It cannot; the message says what to do.</exception>
    public static FileScores Open(string path, string model, int classes)
    {
        var finished = FinishedScores.Load(path);
        finished.RequireUnchanged();
        var progress = finished.Progress;
        if (!progress.Shard.IsWhole)
            throw new CommandException($"--scores: '{path}' is shard {progress.Shard} alone. Give the file that 'mlcnn merge' made of all.");
        if (progress.Run.ModelSha256 != Hashes.OfFile(model))
            throw new CommandException($"--scores: '{path}' has the scores of another model than '{model}'.");
        return progress.Classes == classes ? new(path, progress) : throw new CommandException(FormattableString.Invariant(
            $"--scores: '{path}' has {progress.Classes} of the {classes} classes of an image. Score with --top {classes}: the log loss needs them all."));
    }

    /// <summary>The scores as a network gives them: a column beside the labels, whose value throws where an image could not be scored.</summary>
    /// <param name="mlContext">Makes the view.</param>
    /// <param name="network">Names the column and its classes.</param>
    /// <param name="data">Images with their classes as text.</param>
    /// <param name="source">Where they are from.</param>
    /// <exception cref="CommandException">The file lacks an image.</exception>
    public IDataView Of(MLContext mlContext, CnnClassifier network, IDataView data, DataSource source)
    {
        var rows = Messages.While("Reading the scores", () => ScoreFormats.Read(_progress.Format, _path).DistinctBy(row => row.Image)
            .ToDictionary(row => row.Image));
        var images = Images(data, source).ToArray();
        var missing = images.Where(image => !rows.ContainsKey(image.Name)).Select(image => image.Name).ToArray();
        if (missing.Length > 0)
        {
            throw new CommandException(FormattableString.Invariant($"--scores: '{_path}' has no row for {missing.Length} of the {images.Length} images of ")
                + $"--data, such as '{missing[0]}'. Score the same --data.");
        }
        if (rows.Count > images.Length)
            Messages.Note(FormattableString.Invariant($"{rows.Count - images.Length} rows of '{_path}' are of images that --data has no label for."));
        var places = network.ClassNames.Index().ToDictionary(one => one.Item, one => one.Index);
        var scores = SchemaDefinition.Create(typeof(ScoredRow));
        scores[nameof(ScoredRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, places.Count);
        scores[nameof(ScoredRow.Score)].ColumnName = network.ScoreColumnName;
        var view = mlContext.Data.LoadFromEnumerable(images.Select(image => new LabeledRow { Label = image.Label, ImagePath = image.Name }));
        return mlContext.Transforms.CustomMapping<LabeledRow, ScoredRow>((image, scored) => scored.Score = Vector(rows[image.ImagePath], places),
            contractName: null, outputSchemaDefinition: scores).Fit(view).Transform(view);
    }

    private static IEnumerable<(string Name, string Label)> Images(IDataView data, DataSource source)
    {
        var (label, path) = (data.Schema[DataSource.LabelColumn], data.Schema.GetColumnOrNull(DataSource.PathColumn));
        using var cursor = data.GetRowCursor(path is { } named ? [label, named] : [label]);
        var labels = cursor.GetGetter<ReadOnlyMemory<char>>(label);
        var paths = path is { } column ? cursor.GetGetter<ReadOnlyMemory<char>>(column) : null;
        while (cursor.MoveNext())
        {
            ReadOnlyMemory<char> text = default, file = default;
            labels(ref text);
            paths?.Invoke(ref file);
            yield return (paths is null ? cursor.Position.ToString(CultureInfo.InvariantCulture) : source.NameOf(file.ToString()), text.ToString());
        }
    }

    private static float[] Vector(ScoreRow row, Dictionary<string, int> places)
    {
        if (row.Error is { } error)
            throw new BadImageException([new BadImage(row.Image, error)]);
        var vector = new float[places.Count];
        foreach (var entry in row.Top)
            vector[places[entry.Label]] = entry.Probability;
        return vector;
    }

    private sealed class LabeledRow
    {
        public string Label { get; set; } = "";

        public string ImagePath { get; set; } = "";
    }

    private sealed class ScoredRow
    {
        public float[] Score { get; set; } = [];
    }
}
