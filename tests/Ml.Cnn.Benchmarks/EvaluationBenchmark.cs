using System.Diagnostics;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Evaluation;

namespace Ml.Cnn.Benchmarks;

/// <summary>What an evaluation and its page take beside the scoring, in time; and in memory, for few and for many images.</summary>
internal static class EvaluationBenchmark
{
    private const int Rounds = 3;

    /// <param name="archive">A folder or a tar archive of class folders, read again and again until there are enough images.</param>
    /// <param name="arch">The network; what its weights are does not matter to the time.</param>
    /// <param name="size">Of its input.</param>
    /// <param name="images">How many.</param>
    /// <param name="report">Where the page goes.</param>
    public static int Run(string archive, string arch, int size, int images, string report)
    {
        var mlContext = new MLContext(seed: 1);
        var rows = Rows(mlContext, archive, images);
        var keyed = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(rows).Transform(rows);
        using var network = mlContext.MulticlassClassification.Trainers.Cnn(arch, new() { FeatureColumnName = "Image", ImageSize = size, Epochs = 1 })
            .Fit(mlContext.Data.TakeRows(mlContext.Data.ShuffleRows(keyed, seed: 1), 32));
        network.WarmUp();
        var scored = network.Transform(keyed);
        // An untrained network takes everything for a few classes: their cells take as many thumbnails as a page has otherwise.
        var options = new CnnEvaluationReportOptions { Images = rows, ThumbnailsPerCell = int.MaxValue };
        var seconds = new List<(double Scoring, double Report)>();
        for (var round = 0; round < Rounds; round++)
        {
            var start = Stopwatch.GetTimestamp();
            var sum = scored.GetColumn<float[]>("Score").Sum(scores => (double)scores[0]);
            var scoring = Stopwatch.GetElapsedTime(start).TotalSeconds;
            if (double.IsNaN(sum))
                throw new InvalidOperationException("The network's scores are no numbers.");
            start = Stopwatch.GetTimestamp();
            mlContext.MulticlassClassification.EvaluateCnn(scored).SaveReport(report, options);
            seconds.Add((scoring, Stopwatch.GetElapsedTime(start).TotalSeconds));
        }
        var ratios = seconds.Select(pair => pair.Report / pair.Scoring).Order().ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            arch,
            size,
            images,
            scoring_seconds = seconds.Select(pair => Math.Round(pair.Scoring, 2)),
            with_report_seconds = seconds.Select(pair => Math.Round(pair.Report, 2)),
            ratio = Math.Round(ratios[Rounds / 2], 3),
            page_mb = Math.Round(new FileInfo(Path.Join(report, CnnEvaluationReport.PageName)).Length / 1e6, 2),
            peak_rss_mib = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
        }));
        return 0;
    }

    /// <summary>Drawn scores without a network: what the evaluation itself takes.</summary>
    /// <param name="images">How many.</param>
    /// <param name="classes">How many.</param>
    public static int RunMemory(int images, int classes)
    {
        var mlContext = new MLContext(seed: 1);
        var schema = SchemaDefinition.Create(typeof(ScoredRow));
        schema[nameof(ScoredRow.Score)].ColumnType = new VectorDataViewType(NumberDataViewType.Single, classes);
        string[] names = [.. Enumerable.Range(0, classes).Select(i => $"c{i}")];
        var rows = mlContext.Data.LoadFromEnumerable(DrawnRows(images, names), schema);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var start = Stopwatch.GetTimestamp();
        var evaluation = mlContext.MulticlassClassification.EvaluateCnn(rows, new() { ClassNames = names });
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var kept = GC.GetTotalMemory(forceFullCollection: true) - before;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            images,
            classes,
            seconds = Math.Round(seconds, 2),
            accuracy = Math.Round(evaluation.Accuracy.Value, 3),
            kept_mib = Math.Round(kept / 1048576.0, 1),
            peak_rss_mib = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
        }));
        return 0;
    }

    private static IEnumerable<ScoredRow> DrawnRows(int images, string[] names)
    {
        var (random, row) = (new Random(1), new ScoredRow { Score = new float[names.Length] });
        for (var image = 0; image < images; image++)
        {
            var label = random.Next(names.Length);
            for (var i = 0; i < names.Length; i++)
                row.Score[i] = random.NextSingle() * 4 + (i == label ? 2 : 0);
            System.Numerics.Tensors.TensorPrimitives.SoftMax<float>(row.Score, row.Score);
            row.Label = names[label];
            yield return row;
        }
    }

    private static IDataView Rows(MLContext mlContext, string archive, int images)
    {
        var data = Directory.Exists(archive) ? mlContext.Data.LoadImageFolder(archive) : mlContext.Data.LoadImageArchive(archive);
        var bytes = Directory.Exists(archive) ? mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(data).Transform(data) : data;
        var some = mlContext.Data.CreateEnumerable<ImageRow>(bytes, reuseRowObject: false).Take(images).ToArray();
        return mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, images).Select(i => some[i % some.Length]));
    }

    private sealed class ScoredRow
    {
        public string Label { get; set; } = "";

        public float[] Score { get; set; } = [];
    }

    private sealed class ImageRow
    {
        public byte[] Image { get; set; } = [];

        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
