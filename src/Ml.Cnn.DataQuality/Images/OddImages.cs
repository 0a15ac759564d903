namespace Ml.Cnn.DataQuality.Images;

/// <summary>Images that are unlike the others before any network looks at them: blank, tiny, odd in shape, colors, sharpness or frame.</summary>
internal static class OddImages
{
    /// <summary>An image counts as gray whose channels differ by less, in levels: compression leaves a little color.</summary>
    private const double GrayColor = 2;

    /// <summary>Gray images stand out where at most this share is gray, and images in color where at most this share has any.</summary>
    private const double RareShare = 0.1;

    /// <summary>Measures by which an image may stand out. Logarithms: twice as bright is as far as half as bright.</summary>
    private static readonly Measure[] s_measures =
    [
        new("is", "much wider for its height than", "much narrower for its height than", Least: 0.1, Smallest: Math.Log(2), Floor: double.NegativeInfinity,
            image => Math.Log((double)image.Width / image.Height), image => FormattableString.Invariant($"{image.Width} × {image.Height} pixels")),
        new("is", "much brighter than", "much darker than", Least: 0.2, Smallest: Math.Log(4), Floor: double.NegativeInfinity,
            image => Math.Log((image.Brightness + 1) / (256 - image.Brightness)), image => FormattableString.Invariant($"mean level {image.Brightness:0}")),
        new("has", null, "far less contrast than", Least: 0.1, Smallest: Math.Log(2), Floor: double.NegativeInfinity,
            image => Math.Log(image.Contrast + 1), image => FormattableString.Invariant($"deviation {image.Contrast:0.0} levels")),
        new("is", null, "far less sharp than", Least: 0.1, Smallest: Math.Log(2), Floor: double.NegativeInfinity,
            image => Math.Log(image.Sharpness + 0.1), image => FormattableString.Invariant($"detail {image.Sharpness:0.00} levels")),
        new("has", "a much wider frame of one color than", null, Least: 0.05, Smallest: 0.25, Floor: 0.4,
            image => image.Frame, image => FormattableString.Invariant($"frame {image.Frame * 100:0} % of the image")),
    ];

    /// <param name="images">All images.</param>
    /// <param name="deviations">From how many median deviations on an image stands out.</param>
    public static IEnumerable<DataProblem> Find(SurveyedImages images, double deviations)
    {
        var rows = images.ReadableRows();
        foreach (var row in Enumerable.Range(0, images.Count).Where(row => images.Defects[row] is not null))
            yield return Finding(images, row, DataProblemKind.Unreadable, 1, images.Defects[row]!, DataProblemAction.Exclude);
        if (rows.Length == 0)
            yield break;
        foreach (var row in rows.Where(images.IsBlank))
        {
            yield return Finding(images, row, DataProblemKind.Blank, 1,
                FormattableString.Invariant($"The image has one color: its gray levels deviate by {images.Measures[row].Contrast:0.0}, ")
                + FormattableString.Invariant($"and {SurveyedImages.BlankContrast} is the least that shows anything."), DataProblemAction.Exclude);
        }
        int[] shown = [.. rows.Where(row => !images.IsBlank(row))];
        var odd = s_measures.SelectMany(measure => Odd(images, shown, measure, deviations));
        foreach (var problem in Tiny(images, rows, deviations).Concat(Colors(images, shown)).Concat(odd))
            yield return problem;
    }

    private static IEnumerable<DataProblem> Tiny(SurveyedImages images, int[] rows, double deviations)
    {
        const double LeastDeviation = 0.1;
        var scale = RobustScale.Of(rows.Select(row => Math.Log(ShortSide(row))), LeastDeviation);
        foreach (var row in rows)
        {
            var score = -scale.Score(Math.Log(ShortSide(row)));
            if (score < deviations || ShortSide(row) * 2 > Math.Exp(scale.Median))
                continue;
            yield return Finding(images, row, DataProblemKind.Tiny, score,
                FormattableString.Invariant($"The image has {images.Measures[row].Width} × {images.Measures[row].Height} pixels; ")
                + FormattableString.Invariant($"the median of the short sides is {Math.Exp(scale.Median):0}."), DataProblemAction.Review);
        }

        double ShortSide(int row) => Math.Min(images.Measures[row].Width, images.Measures[row].Height);
    }

    private static IEnumerable<DataProblem> Colors(SurveyedImages images, int[] rows)
    {
        int[] gray = [.. rows.Where(row => images.Measures[row].Color < GrayColor)];
        var rare = gray.Length <= rows.Length / 2;
        var others = rare ? gray : [.. rows.Except(gray)];
        if (others.Length > rows.Length * RareShare)
            yield break;
        var reason = FormattableString.Invariant(rare ? (FormattableString)$"The image is gray, as {gray.Length} of {rows.Length} are; the others are in color."
            : $"The image is in color, as {others.Length} of {rows.Length} are; the others are gray.");
        foreach (var row in others)
            yield return Finding(images, row, DataProblemKind.Odd, 1 - (double)others.Length / rows.Length, reason, DataProblemAction.Review);
    }

    private static IEnumerable<DataProblem> Odd(SurveyedImages images, int[] rows, Measure measure, double deviations)
    {
        if (rows.Length == 0)
            yield break;
        var scale = RobustScale.Of(rows.Select(row => measure.Value(images.Measures[row])), measure.Least);
        foreach (var row in rows)
        {
            var value = measure.Value(images.Measures[row]);
            var score = scale.Score(value);
            var words = score > 0 ? measure.Above : measure.Below;
            if (words is null || Math.Abs(score) < deviations || Math.Abs(value - scale.Median) < measure.Smallest || value < measure.Floor)
                continue;
            yield return Finding(images, row, DataProblemKind.Odd, Math.Abs(score), FormattableString.Invariant(
                $"The image {measure.Verb} {words} the others ({measure.Shown(images.Measures[row])}): {Math.Abs(score):0.0} deviations from the median."),
                DataProblemAction.Review);
        }
    }

    private static DataProblem Finding(SurveyedImages images, int row, DataProblemKind kind, double score, string reason, DataProblemAction action) => new()
    {
        Kind = kind,
        Row = row,
        File = images.Files[row],
        Class = images.Labels[row],
        Score = score,
        Reason = reason,
        Action = action,
    };

    /// <param name="Verb">Before the words.</param>
    /// <param name="Above">What an image is that lies above the others; null: nothing is said of it.</param>
    /// <param name="Below">What an image is that lies below them; null: nothing is said of it.</param>
    /// <param name="Least">The least deviation.</param>
    /// <param name="Smallest">The least distance from the median that counts, whatever the deviation.</param>
    /// <param name="Floor">The least value that counts.</param>
    /// <param name="Value">What is measured.</param>
    /// <param name="Shown">The same for a person.</param>
    private sealed record Measure(string Verb, string? Above, string? Below, double Least, double Smallest, double Floor, Func<ImageMeasures, double> Value,
        Func<ImageMeasures, string> Shown);
}
