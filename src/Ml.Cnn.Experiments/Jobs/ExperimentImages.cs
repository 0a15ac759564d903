using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Experiments.Jobs;

/// <summary>The images of an experiment as its trainings take them: prepared, with keys for labels, and split.</summary>
/// <param name="Preparation">What comes before a network in the saved model.</param>
/// <param name="InputSchema">That of the data before it.</param>
/// <param name="Splits">For each training of a job, what it trains on and what it is validated with; more than one with folds.</param>
/// <param name="Classes">In the order of the label's keys.</param>
internal sealed record ExperimentImages(ITransformer Preparation, DataViewSchema InputSchema, IReadOnlyList<ExperimentImages.Split> Splits,
    IReadOnlyList<string> Classes)
{
    internal sealed record Split(IDataView Train, IDataView Validation);

    /// <param name="mlContext">ML.NET.</param>
    /// <param name="train">The training data.</param>
    /// <param name="validation">The validation set; null: a part of the training data.</param>
    /// <param name="preparation">What comes before a network; null: nothing but keys for labels that are none.</param>
    /// <param name="label">The label column.</param>
    /// <param name="fraction">The part for validation; null with a validation set or folds.</param>
    /// <param name="folds">Null without.</param>
    /// <param name="seed">Which rows.</param>
    public static ExperimentImages Prepare(MLContext mlContext, IDataView train, IDataView? validation, IEstimator<ITransformer>? preparation, string label,
        double? fraction, int? folds, int seed)
    {
        var fitted = preparation?.Fit(train) ?? new TransformerChain<ITransformer>();
        if (ColumnOf(fitted.Transform(train), label).Type is not KeyDataViewType)
        {
            var keys = mlContext.Transforms.Conversion.MapValueToKey(label,
                keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue);
            fitted = new TransformerChain<ITransformer>(fitted, keys.Fit(fitted.Transform(train)));
        }
        var prepared = fitted.Transform(train);
        var classes = ClassValues.Of(ColumnOf(prepared, label)).Names;
        // Rows are chosen by the labels' text where that is at hand, as whoever splits the data before it is prepared chooses them.
        var isEarly = train.Schema.GetColumnOrNull(label) is not null;
        var rows = isEarly ? train : prepared;
        IReadOnlyList<Split> splits = validation is not null ? [new(prepared, fitted.Transform(validation))]
            : folds is { } parts ? [.. mlContext.Data.CrossValidationSplitByClass(rows, parts, label, seed).Select(SplitOf)]
            : [SplitOf(mlContext.Data.TrainTestSplitByClass(rows, fraction!.Value, label, seed))];
        return new(fitted, train.Schema, splits, classes);

        Split SplitOf(DataOperationsCatalog.TrainTestData sets) =>
            isEarly ? new(fitted.Transform(sets.TrainSet), fitted.Transform(sets.TestSet)) : new(sets.TrainSet, sets.TestSet);
    }

    /// <exception cref="InvalidOperationException">The experiment has other classes.</exception>
    public void RequireClasses(IReadOnlyList<string> expected)
    {
        if (!Classes.SequenceEqual(expected))
        {
            throw new InvalidOperationException($"The data has {Classes.Count} classes ({Shown(Classes)}), and the experiment in the folder has "
                + $"{expected.Count} ({Shown(expected)}): it must be the same data.");
        }

        static string Shown(IReadOnlyList<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? ", …" : "");
    }

    /// <summary>The side of the images' pixels; null where every image has a size of its own.</summary>
    public int? PixelSide(string feature) => Format(feature) is { HasSize: true } format ? Math.Min(format.Height, format.Width) : null;

    /// <summary>The images' channels; null where every image has its own.</summary>
    public int? Channels(string feature) => Format(feature) is { Channels: > 0 } format ? format.Channels : null;

    private ImageColumnFormat Format(string feature) => ImageColumnFormat.Of(Splits[0].Train.Schema, "feature", feature);

    private static DataViewSchema.Column ColumnOf(IDataView data, string name) =>
        data.Schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing("label", name);
}
