namespace Ml.Cnn.Evaluation.Reports;

/// <summary>A cell of the confusion matrix.</summary>
/// <param name="Actual">The images' class, from 0.</param>
/// <param name="Predicted">What they were taken for.</param>
/// <param name="Images">From the surest on; of the diagonal, the least sure.</param>
internal sealed record MatrixCell(int Actual, int Predicted, IReadOnlyList<CnnEvaluatedImage> Images)
{
    /// <summary>How many of the images have a thumbnail, from the first on.</summary>
    public int Thumbnails { get; set; }

    public bool IsRight => Actual == Predicted;

    /// <summary>The anchor.</summary>
    public string Id => FormattableString.Invariant($"c{Actual}-{Predicted}");
}

/// <summary>Which images a page shows, so that it stays small whatever the data.</summary>
internal sealed class ShownImages
{
    private const int ListedPerCell = 40;

    /// <summary>The worst mistakes, the worst first.</summary>
    public required IReadOnlyList<CnnEvaluatedImage> Worst { get; init; }

    /// <summary>All cells that are not empty, row by row.</summary>
    public required IReadOnlyList<MatrixCell> Cells { get; init; }

    /// <summary>Images that one network has right and the other wrong, a few each.</summary>
    public required IReadOnlyList<CnnEvaluatedImage> OnlyThis { get; init; }

    /// <summary>As <see cref="OnlyThis"/>.</summary>
    public required IReadOnlyList<CnnEvaluatedImage> OnlyOther { get; init; }

    /// <summary>Chooses them.</summary>
    public static ShownImages Choose(CnnEvaluation evaluation, CnnModelComparison? comparison, CnnEvaluationReportOptions options)
    {
        const int ShownOfComparison = 24;
        var (onlyThis, onlyOther) = (Rows(comparison?.OnlyThis), Rows(comparison?.OnlyOther));
        var places = evaluation.ClassNames.Index().ToDictionary(one => one.Item, one => one.Index);
        var cells = evaluation.EvaluatedImages().GroupBy(image => (places[image.Actual], places[image.Predicted])).OrderBy(cell => cell.Key)
            .Select(cell => Cell(cell.Key, cell)).ToArray();
        Share(cells, options);
        return new()
        {
            Worst = evaluation.WorstMistakes(options.WorstMistakes),
            Cells = cells,
            OnlyThis = [.. evaluation.EvaluatedImages().Where(image => onlyThis.Contains(image.Row)).Take(ShownOfComparison)],
            OnlyOther = [.. evaluation.EvaluatedImages().Where(image => onlyOther.Contains(image.Row)).Take(ShownOfComparison)],
        };

        static HashSet<int> Rows(IEnumerable<int>? rows) => rows is null ? [] : [.. rows];

        static MatrixCell Cell((int Actual, int Predicted) key, IEnumerable<CnnEvaluatedImage> images) => new(key.Actual, key.Predicted,
            [.. (key.Actual == key.Predicted ? images.OrderBy(image => image.Probability) : images.OrderByDescending(image => image.Probability))]);
    }

    /// <summary>The rows that get a thumbnail.</summary>
    public IReadOnlySet<int> WithThumbnail => Worst.Concat(OnlyThis).Concat(OnlyOther).Concat(Cells.SelectMany(cell => cell.Images.Take(cell.Thumbnails)))
        .Select(image => image.Row).ToHashSet();

    /// <summary>The rows that are named.</summary>
    public IReadOnlySet<int> WithName => Cells.SelectMany(cell => cell.Images.Take(cell.Thumbnails).Concat(Listed(cell)))
        .Concat(Worst).Concat(OnlyThis).Concat(OnlyOther).Select(image => image.Row).ToHashSet();

    /// <summary>The images of a cell that stand in it by their names: none that are right.</summary>
    public static IEnumerable<CnnEvaluatedImage> Listed(MatrixCell cell) => cell.IsRight ? [] : cell.Images.Skip(cell.Thumbnails).Take(ListedPerCell);

    // A thumbnail for every cell before a second one for any: mistakes before what is right, the largest cells first.
    private static void Share(MatrixCell[] cells, CnnEvaluationReportOptions options)
    {
        var order = cells.OrderBy(cell => cell.IsRight).ThenByDescending(cell => cell.Images.Count).ToArray();
        var left = options.ThumbnailsPerPage;
        for (var round = 0; round < options.ThumbnailsPerCell && left > 0; round++)
        {
            foreach (var cell in order.Where(cell => cell.Images.Count > round))
            {
                if (left-- <= 0)
                    return;
                cell.Thumbnails++;
            }
        }
    }
}
