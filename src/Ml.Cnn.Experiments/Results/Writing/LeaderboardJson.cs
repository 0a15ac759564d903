using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>The leaderboard as JSON. What is not known, and what is no number, is null.</summary>
internal static class LeaderboardJson
{
    private static readonly JsonSerializerOptions s_indented = new() { WriteIndented = true, Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The metrics by the names of their members.</summary>
    public static IReadOnlyList<(string Name, CnnExperimentMetric Metric)> MetricNames { get; } =
        [.. Enum.GetValues<CnnExperimentMetric>().Select(metric => (Word(metric), metric))];

    public static string Write(CnnLeaderboard leaderboard, bool indented) => Node(leaderboard).ToJsonString(indented ? s_indented : null);

    /// <summary>The object, for whoever adds to it.</summary>
    public static JsonObject Node(CnnLeaderboard leaderboard) => new()
    {
        ["metric"] = Word(leaderboard.Metric),
        ["best"] = leaderboard.Best is { } best ? Node(best) : null,
        ["runs"] = new JsonArray([.. leaderboard.Rows.Select(Node)]),
    };

    /// <summary>An enumeration's value as a member's value is written: "overLimit".</summary>
    public static string Word<T>(T value) where T : struct, Enum => JsonNamingPolicy.CamelCase.ConvertName(value.ToString());

    private static JsonObject Node(CnnLeaderboardRow row)
    {
        var run = row.Run;
        var node = new JsonObject
        {
            ["arch"] = run.TrainerName,
            ["trial"] = run.Trial,
            ["rank"] = row.Rank,
            ["status"] = Word(run.Status),
            ["reason"] = run.Reason,
        };
        foreach (var (name, metric) in MetricNames)
            node[name] = Number(run.ValidationMetrics?.Of(metric));
        node["intervals"] = row.Intervals is { } intervals ? Node(intervals) : null;
        node["pValue"] = Number(row.PValue);
        node["isNoMoreThanChance"] = row.IsNoMoreThanChance;
        node["isOnLatencyFront"] = row.IsOnLatencyFront;
        node["isOnSizeFront"] = row.IsOnSizeFront;
        node["validationImages"] = run.ValidationMetrics?.Images;
        node["epochs"] = run.Epochs;
        node["imagesSeen"] = run.ImagesSeen;
        node["parameters"] = run.Parameters;
        node["multiplyAdds"] = run.MultiplyAdds;
        node["modelBytes"] = run.ModelBytes;
        node["trainSeconds"] = Number(run.TrainSeconds);
        node["runtimeSeconds"] = Number(run.RuntimeInSeconds);
        node["imagesPerSecond"] = Number(run.ImagesPerSecond);
        node["latencyMilliseconds"] = Number(run.LatencyMilliseconds);
        node["peakMemory"] = run.PeakMemory;
        node["settings"] = Node(run.Configuration);
        return node;
    }

    private static JsonObject Node(CnnTrialIntervals intervals)
    {
        var node = new JsonObject();
        foreach (var (name, metric) in MetricNames)
            node[name] = intervals.Of(metric) is { } interval
                ? new JsonObject { ["lower"] = Number(interval.Lower), ["upper"] = Number(interval.Upper) } : null;
        return node;
    }

    private static JsonObject Node(TrialConfiguration configuration) => new()
    {
        ["imageSize"] = configuration.ImageSize,
        ["batchSize"] = configuration.BatchSize,
        ["learningRate"] = configuration.LearningRate,
        ["optimizer"] = SettingsText.Word(configuration.Optimizer),
        ["weightDecay"] = configuration.WeightDecay,
        ["augmentation"] = configuration.Augmentation,
        ["weights"] = configuration.Weights,
        ["freeze"] = SettingsText.Word(configuration.Freeze),
        ["seed"] = configuration.Seed,
    };

    private static JsonValue? Number(double? value) => value is { } number && double.IsFinite(number) ? JsonValue.Create(number) : null;
}
