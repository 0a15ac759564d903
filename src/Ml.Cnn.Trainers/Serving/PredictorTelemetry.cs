using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>What a predictor tells of itself by .NET's traces and metrics, under the names that docs/serving.md lists.</summary>
internal sealed class PredictorTelemetry(string name)
{
    /// <summary>The name of the source of traces and of the meter.</summary>
    public const string SourceName = "Ml.Cnn.Predictor";

    private static readonly ActivitySource s_source = new(SourceName);
    private static readonly Meter s_meter = new(SourceName);
    private static readonly Counter<long> s_requests = s_meter.CreateCounter<long>("mlcnn.predictor.requests", "{request}", "Images that were asked about.");
    private static readonly UpDownCounter<int> s_waiting = s_meter.CreateUpDownCounter<int>("mlcnn.predictor.queue.length", "{request}",
        "Requests that wait for the network.");
    private static readonly Histogram<int> s_batch = s_meter.CreateHistogram<int>("mlcnn.predictor.batch.size", "{image}", "Images computed together.");
    private static readonly Histogram<double> s_queue = s_meter.CreateHistogram<double>("mlcnn.predictor.queue.duration", "ms",
        "From a decoded image until the network begins with it.");
    private static readonly Histogram<double> s_decode = s_meter.CreateHistogram<double>("mlcnn.predictor.decode.duration", "ms",
        "From a file's bytes to the network's input.");
    private static readonly Histogram<double> s_network = s_meter.CreateHistogram<double>("mlcnn.predictor.network.duration", "ms",
        "From the network's input to the probabilities, for a batch.");

    private readonly KeyValuePair<string, object?> _predictor = new("mlcnn.predictor.name", name);

    /// <summary>Begins the trace of a request; null if nobody listens.</summary>
    public Activity? Begin()
    {
        var activity = s_source.StartActivity("predict", ActivityKind.Internal);
        activity?.SetTag(_predictor.Key, _predictor.Value);
        return activity;
    }

    /// <summary>Counts requests that came to an end.</summary>
    /// <param name="activity">Their trace.</param>
    /// <param name="error">What they ended with; null if there are predictions.</param>
    /// <param name="count">How many.</param>
    public void End(Activity? activity, Exception? error, int count = 1)
    {
        var outcome = error switch
        {
            null => "ok",
            BadImageException => "bad_image",
            CnnPredictorBusyException => "busy",
            TimeoutException => "timeout",
            OperationCanceledException => "canceled",
            _ => "error",
        };
        s_requests.Add(count, _predictor, new("mlcnn.outcome", outcome));
        activity?.SetTag("mlcnn.outcome", outcome);
        if (error is not null)
            activity?.SetStatus(ActivityStatusCode.Error, error.Message);
        activity?.Dispose();
    }

    public void Decoded(Activity? activity, TimeSpan time)
    {
        s_decode.Record(time.TotalMilliseconds, _predictor);
        activity?.SetTag("mlcnn.decode_ms", time.TotalMilliseconds);
    }

    /// <summary>Requests began (1) or ceased (−1) to wait.</summary>
    public void Waiting(int change) => s_waiting.Add(change, _predictor);

    public void Waited(TimeSpan time) => s_queue.Record(time.TotalMilliseconds, _predictor);

    public void Computed(int images, TimeSpan time)
    {
        s_batch.Record(images, _predictor);
        s_network.Record(time.TotalMilliseconds, _predictor);
    }
}
