using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Probabilities;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>What networks say of the images.</summary>
/// <param name="Classes">The classes in the order of the scores.</param>
/// <param name="Scores">The probabilities and labels of the images that were judged.</param>
/// <param name="Rows">For each of them its row in the data.</param>
/// <param name="Unjudged">So many images were not, since no network knows their class.</param>
internal sealed record ClassProbabilities(IReadOnlyList<string> Classes, LabeledScores Scores, IReadOnlyList<int> Rows, int Unjudged)
{
    private const string DefaultScores = "Score";

    /// <summary>Each image's probabilities by a network that was trained on the other folds.</summary>
    /// <param name="usable">The images.</param>
    /// <param name="images">All images.</param>
    /// <param name="classes">The classes of the data.</param>
    /// <param name="options">The trainer and its folds.</param>
    /// <param name="seed">Which rows are in which fold.</param>
    /// <param name="keep">Told the first fold's model, which is then not disposed here.</param>
    public static ClassProbabilities OutOfFold(UsableImages usable, SurveyedImages images, IReadOnlyList<string> classes, DataProblemOptions options, int seed,
        Action<ITransformer> keep)
    {
        var label = usable.Data.Schema.GetColumnOrNull(options.LabelColumnName) ?? throw SchemaErrors.Missing("label", options.LabelColumnName);
        var folds = StratifiedSplit.Folds(usable.Data, options.Folds, label, seed);
        var probabilities = new float[usable.Rows.Length][];
        foreach (var (index, fold) in folds.Index())
        {
            options.CancellationToken.ThrowIfCancellationRequested();
            options.Progress?.Report(new($"Training fold {index + 1} of {options.Folds}"));
            var model = options.Trainer!.Fit(fold.Train);
            try
            {
                options.Progress?.Report(new($"Scoring fold {index + 1} of {options.Folds}"));
                Read(model, fold.Test, classes, (i, row) => probabilities[fold.TestRows[i]] = row, options.CancellationToken);
            }
            finally
            {
                if (index == 0)
                    keep(model);
                else
                    (model as IDisposable)?.Dispose();
            }
        }
        return Collect(usable, images, classes, probabilities);
    }

    /// <summary>Each image's probabilities by one model.</summary>
    /// <param name="usable">The images.</param>
    /// <param name="images">All images.</param>
    /// <param name="model">A pipeline or a network.</param>
    /// <param name="options">Progress and cancellation.</param>
    /// <exception cref="InvalidOperationException">The data holds a class that the model does not know.</exception>
    public static ClassProbabilities Of(UsableImages usable, SurveyedImages images, ITransformer model, DataProblemOptions options)
    {
        options.Progress?.Report(new("Scoring the images"));
        var classes = ClassesOf(model, usable.Data);
        if (usable.Rows.Select(row => images.Labels[row]).Distinct().Except(classes).ToArray() is { Length: > 0 } unknown)
        {
            throw new InvalidOperationException($"The data holds the classes {Trainers.Text.Listing.Of(unknown)}, which the model does not know. "
                + $"Its classes are {Trainers.Text.Listing.Of([.. classes])}.");
        }
        var probabilities = new float[usable.Rows.Length][];
        Read(model, usable.Data, classes, (i, row) => probabilities[i] = row, options.CancellationToken);
        return Collect(usable, images, classes, probabilities);
    }

    private static ClassProbabilities Collect(UsableImages usable, SurveyedImages images, IReadOnlyList<string> classes, float[][] probabilities)
    {
        var places = classes.Index().ToDictionary(pair => pair.Item, pair => pair.Index);
        var (scores, rows) = (new LabeledScores(classes.Count), new List<int>());
        foreach (var (row, values) in usable.Rows.Zip(probabilities))
        {
            var label = places[images.Labels[row]];
            if (float.IsNaN(values[label]))
                continue; // a class that this image's network has never seen
            scores.Add([.. values.Select(value => float.IsNaN(value) ? 0 : value)], label);
            rows.Add(row);
        }
        return new(classes, scores, rows, usable.Rows.Length - rows.Count);
    }

    /// <summary>Gives each row's probabilities in the order of <paramref name="classes"/>; NaN for a class that the model does not know.</summary>
    private static void Read(ITransformer model, IDataView data, IReadOnlyList<string> classes, Action<int, float[]> take,
        CancellationToken cancellation)
    {
        var scored = model.Transform(data);
        var column = ScoreColumn(model, scored);
        var known = NamesOf(column);
        int[] places = [.. classes.Select(name => Array.IndexOf(known, name))];
        using var cursor = scored.GetRowCursorSet([column], 1)[0]; // of a set: ML.NET reads ahead for a cursor on its own
        var get = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        for (var i = 0; cursor.MoveNext(); i++)
        {
            cancellation.ThrowIfCancellationRequested();
            get(ref row);
            float[] values = [.. row.DenseValues()];
            if (!values.All(float.IsFinite))
            {
                throw new InvalidOperationException("The network's scores are not finite (NaN or infinity): its training went astray. "
                    + "Train with a lower learning rate, or give another model.");
            }
            take(i, [.. places.Select(place => place < 0 ? float.NaN : values[place])]);
        }
    }

    private static string[] ClassesOf(ITransformer model, IDataView data) => NamesOf(ScoreColumn(model, model.Transform(data)));

    private static DataViewSchema.Column ScoreColumn(ITransformer model, IDataView scored)
    {
        var name = CnnClassifier.Find(model)?.ScoreColumnName ?? DefaultScores;
        return scored.Schema.GetColumnOrNull(name) ?? throw new ArgumentException($"The model gives no column '{name}': it must end in a multiclass trainer.");
    }

    private static string[] NamesOf(DataViewSchema.Column scores)
    {
        if (!scores.HasSlotNames())
        {
            throw new ArgumentException($"The column '{scores.Name}' does not name its classes: train with labels that are keys with values, as MapValueToKey "
                + "makes.");
        }
        VBuffer<ReadOnlyMemory<char>> names = default;
        scores.GetSlotNames(ref names);
        return [.. names.DenseValues().Select(name => name.ToString())];
    }
}
