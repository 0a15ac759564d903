using Microsoft.Extensions.Logging;

namespace Ml.Cnn.Extensions;

/// <summary>What is logged of a predictor. Events keep their numbers.</summary>
internal static partial class PredictorLog
{
    [LoggerMessage(1, LogLevel.Information, "{Predictor}: loaded {Model} of {Time:u} in {Milliseconds} ms: {Network}, {Classes} classes.")]
    public static partial void Loaded(ILogger logger, string predictor, string model, DateTime time, long milliseconds, string network, int classes);

    [LoggerMessage(2, LogLevel.Error, "{Predictor}: {Model} cannot be loaded: {Reason} The model before goes on.")]
    public static partial void ReloadFailed(ILogger logger, Exception? exception, string predictor, string model, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Predictor}: no model yet: {Reason} Requests are refused until there is one.")]
    public static partial void Waits(ILogger logger, string predictor, string reason);

    [LoggerMessage(4, LogLevel.Warning,
        "{Predictor}: the system does not tell of changes in {Folder} ({Reason}); the model is looked at every {Seconds} seconds.")]
    public static partial void Polls(ILogger logger, string predictor, string folder, string reason, double seconds);
}
