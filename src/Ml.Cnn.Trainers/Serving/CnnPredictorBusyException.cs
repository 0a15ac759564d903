namespace Ml.Cnn.Trainers;

/// <summary>
/// A <see cref="CnnPredictor"/> refused a request at once, since as many are waiting as <see cref="CnnPredictorOptions.MaximumQueueLength"/> allows. Try
/// again later; a web service answers 503 or 429.
/// </summary>
public sealed class CnnPredictorBusyException : InvalidOperationException
{
    internal CnnPredictorBusyException(int waiting)
        : base($"{waiting} requests are waiting for the network, as many as {nameof(CnnPredictorOptions)}.{nameof(CnnPredictorOptions.MaximumQueueLength)} "
            + "allows. Try again later.") => Waiting = waiting;

    /// <summary>Requests that were waiting.</summary>
    public int Waiting { get; }
}
