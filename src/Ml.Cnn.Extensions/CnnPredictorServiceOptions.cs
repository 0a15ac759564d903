using Ml.Cnn.Trainers;

namespace Ml.Cnn.Extensions;

/// <summary>The model of a predictor in an app, and what is done about a newer one.</summary>
public sealed class CnnPredictorServiceOptions
{
    /// <summary>
    /// The model.zip. Required. A relative path begins at the host's content root, or at the current directory where there is no host. The path may lead
    /// through links, as in a Kubernetes volume.
    /// </summary>
    public string ModelPath { get; set; } = "";

    /// <summary>
    /// Whether an app starts without a model that can be loaded, is unhealthy, and takes the model when it is there. Default false: the app fails to start,
    /// and says why.
    /// </summary>
    public bool WaitForModel { get; set; }

    /// <summary>
    /// Whether the predictor takes the model anew when the file changes. Default true. A file that cannot be loaded is logged, and the model before goes on.
    /// </summary>
    public bool ReloadOnChange { get; set; } = true;

    /// <summary>
    /// How often the file is looked at, 0.1 seconds to 1 day; for network and container mounts, whose changes the system does not tell of. Default null: as
    /// soon as the system tells of a change, and once a minute.
    /// </summary>
    public TimeSpan? PollingInterval { get; set; }

    /// <summary>
    /// How long a changed file must stay as it is before it is loaded, 0 to 1 minute: it may still be written. Default 1 second. A file that is no whole
    /// archive by then gets nine times as long again before it is called damaged.
    /// </summary>
    public TimeSpan SettleTime { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>
    /// From which share of <see cref="CnnPredictorOptions.MaximumQueueLength"/> on the health check says that the app is degraded, above 0 and at most 1.
    /// Default 0.8.
    /// </summary>
    public double DegradedQueueShare { get; set; } = 0.8;

    /// <summary>
    /// How the predictor answers. Its <see cref="CnnPredictorOptions.Name"/> is the key under which it is registered, where nothing else is set.
    /// </summary>
    public CnnPredictorOptions Predictor { get; set; } = new();
}
