using System.Globalization;
using nietras.SeparatedValues;

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>
/// The leaderboard as comma-separated values. Numbers have the digits that it takes to read the same number back; what is not known is empty.
/// </summary>
internal static class LeaderboardCsv
{
    private static readonly (string Name, Func<CnnLeaderboardRow, object?> Value)[] s_columns =
    [
        ("rank", row => row.Rank),
        ("trial", row => row.Run.Trial),
        ("arch", row => row.Run.TrainerName),
        ("status", row => LeaderboardJson.Word(row.Run.Status)),
        ("reason", row => row.Run.Reason),
        .. LeaderboardJson.MetricNames.SelectMany(one => Metric(one.Name, one.Metric)),
        ("pValue", row => row.PValue),
        ("isNoMoreThanChance", row => Word(row.IsNoMoreThanChance)),
        ("isOnLatencyFront", row => Word(row.IsOnLatencyFront)),
        ("isOnSizeFront", row => Word(row.IsOnSizeFront)),
        ("validationImages", row => row.Run.ValidationMetrics?.Images),
        ("epochs", row => row.Run.Epochs),
        ("imagesSeen", row => row.Run.ImagesSeen),
        ("parameters", row => row.Run.Parameters),
        ("multiplyAdds", row => row.Run.MultiplyAdds),
        ("modelBytes", row => row.Run.ModelBytes),
        ("trainSeconds", row => row.Run.TrainSeconds),
        ("runtimeSeconds", row => row.Run.RuntimeInSeconds),
        ("imagesPerSecond", row => row.Run.ImagesPerSecond),
        ("latencyMilliseconds", row => row.Run.LatencyMilliseconds),
        ("peakMemory", row => row.Run.PeakMemory),
        ("imageSize", row => row.Run.Configuration.ImageSize),
        ("batchSize", row => row.Run.Configuration.BatchSize),
        ("learningRate", row => row.Run.Configuration.LearningRate),
        ("optimizer", row => SettingsText.Word(row.Run.Configuration.Optimizer)),
        ("weightDecay", row => row.Run.Configuration.WeightDecay),
        ("augmentation", row => row.Run.Configuration.Augmentation),
        ("weights", row => row.Run.Configuration.Weights),
        ("freeze", row => SettingsText.Word(row.Run.Configuration.Freeze)),
        ("seed", row => row.Run.Configuration.Seed),
    ];

    public static string Write(CnnLeaderboard leaderboard)
    {
        using var writer = Sep.New(',').Writer(options => options with { Escape = true }).ToText();
        writer.Header.Add([.. s_columns.Select(column => column.Name)]);
        writer.Header.Write(); // also where no row follows
        foreach (var row in leaderboard.Rows)
        {
            using var line = writer.NewRow();
            foreach (var (name, value) in s_columns)
                line[name].Set(Text(value(row)));
        }
        return writer.ToString();
    }

    private static IEnumerable<(string, Func<CnnLeaderboardRow, object?>)> Metric(string name, CnnExperimentMetric metric) =>
    [
        (name, row => row.Run.ValidationMetrics?.Of(metric)),
        (name + "Lower", row => row.Intervals?.Of(metric)?.Lower),
        (name + "Upper", row => row.Intervals?.Of(metric)?.Upper),
    ];

    private static string? Word(bool? value) => value is { } known ? (known ? "true" : "false") : null;

    private static string Text(object? value) => value switch
    {
        null => "",
        double number when !double.IsFinite(number) => "",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
