using Microsoft.ML;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms.Sources;
using Ml.Cnn.Transforms.Splits;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>The rows of a run: which columns are read, which classes there are, and what is kept apart for validation.</summary>
/// <param name="Rows">The training data.</param>
/// <param name="Validation">The validation set or the part that was split off; null: none.</param>
/// <param name="Columns">Of the training data.</param>
/// <param name="Classes">In the order of the label's keys.</param>
internal sealed record TrainingData(IDataView Rows, IDataView? Validation, ImageColumns Columns, ClassValues Classes)
{
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    public static TrainingData Of(IDataView data, TrainingSettings settings, TrainingHandles handles)
    {
        var columns = Find(data.Schema, settings, ExampleWeightColumn.Find(data.Schema, settings.Columns.ExampleWeightColumnName));
        return new(data, handles.ValidationSet, columns, ClassValues.Of(columns.Label!.Value));
    }

    /// <summary>Splits the validation fraction off, if there is one.</summary>
    /// <exception cref="InvalidOperationException">Nothing would be left to validate with.</exception>
    public TrainingData Split(TrainingSettings settings)
    {
        if (settings.Sampling.ValidationFraction is not { } fraction)
            return this;
        var (rows, validation) = StratifiedSplit.Split(Rows, fraction, Columns.Label!.Value, settings.FixedSeed);
        if (validation.GetRowCount() == 0)
            throw new InvalidOperationException($"{nameof(CnnOptions.ValidationFraction)} leaves nothing to validate with: no class has two rows.");
        return this with { Rows = rows, Validation = validation };
    }

    /// <summary>The validation rows, to be gone through again and again, with the images of some by their numbers or of all (null); null without any.</summary>
    /// <exception cref="ArgumentException">The validation set has other columns or other classes than the training data.</exception>
    public Func<IReadOnlySet<ulong>?, IRowFeed>? OpenValidation(TrainingSettings settings, CancellationToken cancellation)
    {
        if (Validation is not { } data)
            return null;
        var columns = Find(data.Schema, settings, weight: null);
        var feature = settings.Columns.FeatureColumnName;
        if (columns.Format != Columns.Format)
            throw SchemaErrors.Mismatch("feature", feature, $"the training data's {Columns.Feature.Type} in the validation set",
                data.Schema[feature].Type.ToString()!);
        if (!ClassValues.Of(columns.Label!.Value).Names.SequenceEqual(Classes.Names))
        {
            throw OptionCheck.Unfit(nameof(CnnOptions.ValidationSet), $"The label column '{settings.Columns.LabelColumnName}' of the validation set has "
                + "other classes than the training data's, "
                + "or another order. Transform both with the same fitted MapValueToKey.");
        }
        return imagesOf => new ParallelRowFeed(data, columns, settings.Input.ReaderThreads, shuffle: null, cancellation, imagesOf);
    }

    /// <summary>Counts the labels in one pass.</summary>
    /// <param name="settings">Names the label column.</param>
    /// <param name="warn">Told of rows without a label, and of files that the data's source passed over.</param>
    /// <param name="cancellation">Ends the pass.</param>
    /// <exception cref="InvalidOperationException">There are fewer than two classes or two rows.</exception>
    public LabelSurvey Survey(TrainingSettings settings, Action<string> warn, CancellationToken cancellation)
    {
        if (Classes.Count < 2)
        {
            throw new InvalidOperationException($"The label column '{settings.Columns.LabelColumnName}' has one class only ('{Classes.Names[0]}'): "
                + "telling images apart takes two.");
        }
        using var passedOver = PassedOverScope.Enter();
        var survey = LabelSurvey.Take(Rows, Columns.Label!.Value, Columns.Weight, cancellation);
        if (passedOver.Warning is { } warning)
            warn(warning);
        if (survey.Missing > 0)
            warn($"{survey.Missing} rows without a label are left out.");
        if (survey.Labeled < 2)
            throw new InvalidOperationException($"The training data holds {survey.Labeled} labeled rows; training takes at least two.");
        if (survey.Counts.Count(c => c > 0) < 2 && settings.Transfer.KeepKnownClasses is not true) // a single new class, beside those that are known
        {
            throw new InvalidOperationException($"Every row of the training data is of the class "
                + $"'{Classes.Names[Array.FindIndex(survey.Counts, c => c > 0)]}': "
                + "telling images apart takes two classes.");
        }
        return survey;
    }

    private static ImageColumns Find(DataViewSchema schema, TrainingSettings settings, DataViewSchema.Column? weight)
    {
        var label = LabelColumn.Check(schema, settings.Columns.LabelColumnName);
        var format = FeatureColumn.Of(schema, settings.Columns.FeatureColumnName, settings.Input.PixelLayout, settings.Input.Channels);
        return new(schema[settings.Columns.FeatureColumnName], format, label, ImageColumns.FindPath(schema), weight);
    }
}
