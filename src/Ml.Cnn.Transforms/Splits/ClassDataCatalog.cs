using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Splits;

namespace Microsoft.ML;

/// <summary>What the classes of a data set are, and splits that respect them, beside ML.NET's own on <c>mlContext.Data</c>.</summary>
public static class ClassDataCatalog
{
    /// <summary>
    /// Splits data into a training and a test set with the same proportion of every class (stratified), where ML.NET's
    /// TrainTestSplit may leave a small class out of one of them. Every class of two or more rows is in both sets; a single
    /// row goes to the training set.
    /// </summary>
    /// <remarks>
    /// The labels are read once, now; the sets are views that read from <paramref name="data"/> when they are read, in its
    /// order, and shuffle and split over cursors as it does. Rows are chosen by seed alone: the same data and seed give the
    /// same sets on every machine.
    /// </remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">Any data; it should give the same rows each time that it is read.</param>
    /// <param name="testFraction">The test set's share of each class, above 0 and below 1. Default 0.1.</param>
    /// <param name="labelColumnName">The column of labels: text, a key, a number or a Boolean. Default "Label".</param>
    /// <param name="seed">Which rows are chosen. Default: the seed of the <see cref="MLContext"/>, or 0 if it has none.</param>
    /// <exception cref="ArgumentOutOfRangeException">The fraction is out of its range, or there is no such column.</exception>
    /// <exception cref="InvalidOperationException">The data view gives rows no ids of their own.</exception>
    /// <example>
    /// <code>
    /// var split = mlContext.Data.TrainTestSplitByClass(flowers, testFraction: 0.2, seed: 1);
    /// ITransformer model = pipeline.Fit(split.TrainSet);
    /// </code>
    /// </example>
    public static DataOperationsCatalog.TrainTestData TrainTestSplitByClass(this DataOperationsCatalog catalog, IDataView data,
        double testFraction = 0.1, string labelColumnName = "Label", int? seed = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        if (!(testFraction > 0 && testFraction < 1))
            throw new ArgumentOutOfRangeException(nameof(testFraction), testFraction, "The fraction must be above 0 and below 1.");
        var drawnBy = seed ?? MlNetEnvironment.Seed(MlNetEnvironment.Of(catalog)) ?? 0;
        var (train, test) = StratifiedSplit.Split(data, testFraction, Label(data, labelColumnName), drawnBy);
        return TrainTestSets.Create(train, test);
    }

    /// <summary>
    /// Deals the rows of every class out to so many folds, in the same proportion: for each fold its rows are the test set and all others the training set.
    /// </summary>
    /// <remarks><see cref="TrainTestSplitByClass"/> says what the sets are. A class with fewer rows than folds is missing in some test sets.</remarks>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">Any data; it should give the same rows each time that it is read.</param>
    /// <param name="numberOfFolds">At least 2. Default 5.</param>
    /// <param name="labelColumnName">The column of labels: text, a key, a number or a Boolean. Default "Label".</param>
    /// <param name="seed">Which rows are chosen. Default: the seed of the <see cref="MLContext"/>, or 0 if it has none.</param>
    /// <param name="samplingKeyColumnName">
    /// A column of text, keys or numbers, such as the patient or the camera: rows of one value stay in one fold, and classes are spread as evenly as that
    /// leaves room for. Rows without a value are dealt out one by one. Default: all are.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There are fewer than two folds, or there is no such column.</exception>
    /// <exception cref="InvalidOperationException">The data view gives rows no ids of their own, or there are fewer values of the key than folds.</exception>
    public static IReadOnlyList<DataOperationsCatalog.TrainTestData> CrossValidationSplitByClass(this DataOperationsCatalog catalog, IDataView data,
        int numberOfFolds = 5, string labelColumnName = "Label", int? seed = null, string? samplingKeyColumnName = null)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        if (numberOfFolds < 2)
            throw new ArgumentOutOfRangeException(nameof(numberOfFolds), numberOfFolds, "There must be at least two folds.");
        var drawnBy = seed ?? MlNetEnvironment.Seed(MlNetEnvironment.Of(catalog)) ?? 0;
        return [.. StratifiedSplit.Folds(data, numberOfFolds, Label(data, labelColumnName), drawnBy, samplingKeyColumnName)
            .Select(fold => TrainTestSets.Create(fold.Train, fold.Test))];
    }

    /// <summary>
    /// How many rows each class has: classes in the order of their keys if the column is a key, numbers by value, else in
    /// ordinal order. Classes without rows are left out.
    /// </summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="data">Any data; its labels are read once.</param>
    /// <param name="labelColumnName">The column of labels: text, a key, a number or a Boolean. Default "Label".</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such column, or it is of another type.</exception>
    /// <example>
    /// <code>
    /// foreach (var (label, count) in mlContext.Data.CountClasses(flowers))
    ///     Console.WriteLine($"{label}: {count}");
    /// </code>
    /// </example>
    public static IReadOnlyList<ClassCount> CountClasses(this DataOperationsCatalog catalog, IDataView data, string labelColumnName = "Label")
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(data);
        return ClassCounter.Count(data, Label(data, labelColumnName));
    }

    private static DataViewSchema.Column Label(IDataView data, string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name, "labelColumnName");
        return data.Schema.GetColumnOrNull(name) ?? throw SchemaErrors.Missing("label", name);
    }
}
