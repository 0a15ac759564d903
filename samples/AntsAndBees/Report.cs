using System.Globalization;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace AntsAndBees;

/// <summary>How well a model tells photos that it has not seen apart, as Markdown.</summary>
internal sealed class Report
{
    private const int MostMistakes = 20;

    private readonly MulticlassClassificationMetrics _metrics;
    private readonly IReadOnlyList<string> _classes;
    private readonly Mistake[] _mistakes;

    /// <param name="mlContext">Evaluates.</param>
    /// <param name="scored">Photos with Label, PredictedLabel (keys) and Score.</param>
    /// <param name="classes">The classes in the order of the scores.</param>
    public Report(MLContext mlContext, IDataView scored, IReadOnlyList<string> classes)
    {
        var once = mlContext.Data.Cache(scored, "ImagePath", "Label", "PredictedLabel", "Score"); // the network runs once for both passes
        _classes = classes;
        _metrics = mlContext.MulticlassClassification.Evaluate(once);
        _mistakes =
        [
            .. mlContext.Data.CreateEnumerable<Photo>(once, reuseRowObject: false).Where(photo => photo.Label != photo.PredictedLabel)
                .Select(photo => new Mistake(photo.ImagePath, classes[(int)photo.Label - 1], classes[(int)photo.PredictedLabel - 1], photo.Score.Max(),
                    photo.Score[photo.Label - 1]))
                .OrderBy(mistake => mistake.OfRight),
        ];
    }

    /// <summary>The share of photos whose class is named.</summary>
    public double Accuracy => _metrics.MicroAccuracy;

    /// <summary>Writes the report.</summary>
    /// <param name="path">The file.</param>
    /// <param name="title">Its heading.</param>
    /// <param name="about">How the model was made, a line each.</param>
    public void Save(string path, string title, IReadOnlyList<string> about)
    {
        var counts = _metrics.ConfusionMatrix.Counts; // [actual][predicted]
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# {title}\n");
        text.Append('\n');
        foreach (var line in about)
            text.Append(CultureInfo.InvariantCulture, $"- {line}\n");
        text.Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"Of {counts.Sum(row => row.Sum())} photos that it had not seen, the model names the class of "
            + $"**{_metrics.MicroAccuracy:P1}** ({_metrics.MacroAccuracy:P1} as a mean of the classes); log loss {_metrics.LogLoss:0.000}.\n");
        text.Append("\n## Classes\n\n");
        text.Append("| class | photos | found (recall) | right where named (precision) |\n");
        text.Append("|---|---:|---:|---:|\n");
        for (var i = 0; i < _classes.Count; i++)
        {
            var named = counts.Sum(row => row[i]);
            text.Append(CultureInfo.InvariantCulture, $"| {_classes[i]} | {counts[i].Sum()} | {counts[i][i] / Math.Max(counts[i].Sum(), 1):P1} "
                + $"| {counts[i][i] / Math.Max(named, 1):P1} |\n");
        }
        text.Append("\n## What is taken for what\n\n");
        text.Append(CultureInfo.InvariantCulture, $"| it is | {string.Join(" | ", _classes.Select(name => $"named {name}"))} |\n");
        text.Append(CultureInfo.InvariantCulture, $"|---|{string.Concat(_classes.Select(_ => "---:|"))}\n");
        for (var i = 0; i < _classes.Count; i++)
            text.Append(CultureInfo.InvariantCulture, $"| {_classes[i]} | {string.Join(" | ", counts[i].Select(count => (long)count))} |\n");
        text.Append("\n## The worst mistakes\n\n");
        text.Append("| photo | it is | named | with probability | probability of the right class |\n");
        text.Append("|---|---|---|---:|---:|\n");
        foreach (var mistake in _mistakes.Take(MostMistakes))
            text.Append(CultureInfo.InvariantCulture, $"| {mistake.Photo.Replace("|", "\\|", StringComparison.Ordinal)} | {mistake.Right} | {mistake.Named} "
                + $"| {mistake.OfNamed:P1} | {mistake.OfRight:P1} |\n");
        File.WriteAllText(path, text.ToString());
    }

    private sealed record Mistake(string Photo, string Right, string Named, float OfNamed, float OfRight);

    /// <summary>A photo and what is said of it. Keys count from 1.</summary>
    private sealed class Photo
    {
        public string ImagePath { get; set; } = "";

        public uint Label { get; set; }

        public uint PredictedLabel { get; set; }

        public float[] Score { get; set; } = [];
    }
}
