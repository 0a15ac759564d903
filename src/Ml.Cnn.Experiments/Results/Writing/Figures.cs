using System.Globalization;
using Ml.Cnn.Evaluation;

namespace Ml.Cnn.Experiments.Results.Writing;

/// <summary>Numbers as people read them, the same in every culture.</summary>
internal static class Figures
{
    public const string Unknown = "–";

    /// <summary>A metric's name in a heading.</summary>
    public static string Name(CnnExperimentMetric metric) => metric switch
    {
        CnnExperimentMetric.MacroAccuracy => "Macro accuracy",
        CnnExperimentMetric.LogLoss => "Log loss",
        CnnExperimentMetric.Top5Accuracy => "Top-5 accuracy",
        CnnExperimentMetric.MacroF1 => "Macro F1",
        _ => "Accuracy",
    };

    /// <summary>A metric: shares in percent, the log loss as it is.</summary>
    public static string Value(CnnExperimentMetric metric, double? value) =>
        value is not { } number || !double.IsFinite(number) ? Unknown
        : metric == CnnExperimentMetric.LogLoss ? Invariant($"{number:0.000}") : Invariant($"{number * 100:0.0} %");

    /// <summary>"91.3–94.1": without the unit, to stand beside the value.</summary>
    public static string Interval(CnnExperimentMetric metric, CnnInterval? interval) => interval is not { } one ? Unknown
        : metric == CnnExperimentMetric.LogLoss ? Invariant($"{one.Lower:0.000}–{one.Upper:0.000}")
        : Invariant($"{one.Lower * 100:0.0}–{one.Upper * 100:0.0}");

    /// <summary>A difference of two values of a metric: of shares in points.</summary>
    public static string Difference(CnnExperimentMetric metric, double difference) => metric == CnnExperimentMetric.LogLoss
        ? Invariant($"{Math.Abs(difference):0.000}") : Invariant($"{Math.Abs(difference) * 100:0.0} points");

    /// <summary>"11.7 M": with three digits at least.</summary>
    public static string Count(double? count) => count is not { } number ? Unknown : number switch
    {
        < 10_000 => Invariant($"{number:#,0}"),
        < 1e6 => Invariant($"{number / 1e3:0.0} k"),
        < 1e9 => Invariant($"{number / 1e6:0.0} M"),
        < 1e12 => Invariant($"{number / 1e9:0.0} G"),
        _ => Invariant($"{number / 1e12:#,0.0} T"),
    };

    /// <summary>A round number beside an axis: "20 k".</summary>
    public static string Tick(double count) => count switch
    {
        < 10_000 => Invariant($"{count:#,0.##}"),
        < 1e6 => Invariant($"{count / 1e3:0.#} k"),
        < 1e9 => Invariant($"{count / 1e6:0.#} M"),
        _ => Invariant($"{count / 1e9:0.#} G"),
    };

    /// <summary>"44.7 MB", of a million bytes.</summary>
    public static string Bytes(double? bytes) => bytes is not { } number ? Unknown : number switch
    {
        < 1e6 => Invariant($"{number / 1e3:0.0} kB"),
        < 1e9 => Invariant($"{number / 1e6:0.0} MB"),
        _ => Invariant($"{number / 1e9:0.0} GB"),
    };

    public static string Milliseconds(double? milliseconds) => milliseconds is not { } number ? Unknown
        : number < 10 ? Invariant($"{number:0.00} ms") : Invariant($"{number:0.0} ms");

    /// <summary>"35 s", "12.5 min" or "3.2 h".</summary>
    public static string Duration(double? seconds) => seconds is not { } number ? Unknown : number switch
    {
        < 10 => Invariant($"{number:0.0} s"),
        < 120 => Invariant($"{number:0} s"),
        < 7200 => Invariant($"{number / 60:0.0} min"),
        _ => Invariant($"{number / 3600:0.0} h"),
    };

    /// <summary>"0.021", or "&lt; 0.001".</summary>
    public static string Probability(double? p) => p is not { } number ? Unknown : number < 0.001 ? "< 0.001" : Invariant($"{number:0.000}");

    /// <summary>"0.0316": three digits that count, without an exponent where that is short.</summary>
    public static string Setting(double value) => value is 0 or (>= 1e-4 and < 1e6)
        ? double.Parse(value.ToString("G3", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture).ToString("0.#######", CultureInfo.InvariantCulture)
        : value.ToString("0.##e0", CultureInfo.InvariantCulture);

    /// <summary>A cost with its unit.</summary>
    public static string Cost(CnnTrialCost cost, double? value) => cost switch
    {
        CnnTrialCost.Latency => Milliseconds(value),
        CnnTrialCost.ModelBytes => Bytes(value),
        CnnTrialCost.TrainSeconds => Duration(value),
        _ => Count(value),
    };

    /// <summary>A status in words: "over a limit".</summary>
    public static string Status(CnnTrialStatus status) => status switch
    {
        CnnTrialStatus.OverLimit => "over a limit",
        CnnTrialStatus.NotFinite => "not finite",
        CnnTrialStatus.OutOfMemory => "out of memory",
        _ => status.ToString().ToLowerInvariant(),
    };

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
