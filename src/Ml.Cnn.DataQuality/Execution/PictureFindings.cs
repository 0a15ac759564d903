using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.DataQuality.Neighbors;
using Ml.Cnn.Trainers.Features;

namespace Ml.Cnn.DataQuality.Execution;

/// <summary>What comparing images finds: duplicates, leaks and outliers.</summary>
/// <param name="images">The data's images.</param>
/// <param name="validation">The validation set's; null without one.</param>
/// <param name="options">How far and how near.</param>
internal sealed class PictureFindings(SurveyedImages images, SurveyedImages? validation, DataProblemOptions options)
{
    private CancellationToken Cancellation => options.CancellationToken;

    /// <param name="features">Features by row of the data; null where there are none.</param>
    /// <param name="ofValidation">Features by row of the validation set.</param>
    public IEnumerable<DataProblem> Duplicates(RowFeatures? features, RowFeatures? ofValidation)
    {
        var pool = new PicturePool(images, validation);
        Dictionary<(int First, int Second), double> candidates = [];
        if (features is not null)
        {
            // Pictures without features, such as those without a label, are found by their hashes alone.
            var known = Enumerable.Range(0, pool.Copies.Length).Select(picture => (Picture: picture, Features: FeaturesOf(pool.Copies[picture][0])))
                .Where(pair => pair.Features is not null).ToArray();
            var table = new FeatureTable([.. known.SelectMany(pair => pair.Features!.Value.ToArray())], features.Table.Length);
            candidates = FeatureCandidates.Of(NearestNeighbors.Of(table, FeatureCandidates.Neighbors, Cancellation))
                .ToDictionary(pair => (known[pair.Key.First].Picture, known[pair.Key.Second].Picture), pair => pair.Value);
        }
        return DuplicateFindings.Of(pool, MatchSearch.Find(pool, candidates, options.HashDistance, options.Deviations, Cancellation));

        ReadOnlyMemory<float>? FeaturesOf(PicturePlace place) => (place.IsValidation ? ofValidation : features)?.Of(place.Row);
    }

    /// <param name="features">Features by row of the data.</param>
    public IEnumerable<DataProblem> FarImages(RowFeatures features)
    {
        var table = features.Table;
        string[] names = [.. features.Rows.Select(row => images.Labels[row])];
        string[] classes = [.. names.Distinct().Order(StringComparer.Ordinal)];
        int[] labels = [.. names.Select(name => Array.BinarySearch(classes, name, StringComparer.Ordinal))];
        var all = NearestNeighbors.Of(table, options.NeighborRank, Cancellation);
        foreach (var outlier in Outliers.Find(table, all, labels, options.NeighborRank, options.Deviations, Cancellation))
        {
            var row = features.Rows[outlier.Row];
            var near = classes[outlier.NearestClass];
            yield return new()
            {
                Kind = DataProblemKind.Outlier,
                Row = row,
                File = images.Files[row],
                Class = images.Labels[row],
                Score = outlier.Score,
                Reason = FormattableString.Invariant($"The {options.NeighborRank} images {(outlier.OfClass ? "of its class " : "")}that are most like it are ")
                    + FormattableString.Invariant($"{outlier.Distance:0.000} away in the network's features, where {outlier.Usual:0.000} is usual: ")
                    + FormattableString.Invariant($"{outlier.Score:0.0} deviations.")
                    + (near != images.Labels[row] ? $" Most of its neighbors are '{near}'." : ""),
                Action = DataProblemAction.Review,
            };
        }
    }
}

/// <summary>Features of some rows of a data view.</summary>
/// <param name="Table">A row for each.</param>
/// <param name="Rows">Their rows in the data, rising.</param>
internal sealed record RowFeatures(FeatureTable Table, int[] Rows)
{
    /// <summary>The features of a row; null where it has none.</summary>
    public ReadOnlyMemory<float>? Of(int row) => Array.BinarySearch(Rows, row) is >= 0 and var place
        ? Table.Values.AsMemory(place * Table.Length, Table.Length) : null;
}
