using System.Diagnostics;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>
/// Lets requests of many threads into the network: one that finds it idle at once and on its own thread; others wait in a queue and are computed together,
/// as dynamic batching in Triton Inference Server does it.
/// </summary>
internal sealed class RequestBatcher : IDisposable
{
    private readonly Queue<PredictionRequest> _queue = new();
    private readonly object _gate = new(); // for the queue and the numbers below; threads wait at it for requests
    private readonly CnnPredictorOptions _options;
    private readonly PredictorTelemetry _telemetry;
    private readonly int _concurrency;
    private int _running; // batches that are computed, or gathered
    private bool _isClosed;

    public RequestBatcher(CnnPredictorOptions options, PredictorTelemetry telemetry, int concurrency)
    {
        (_options, _telemetry, _concurrency) = (options, telemetry, concurrency);
        for (var i = 0; i < concurrency; i++)
            new Thread(Work) { IsBackground = true, Name = "MlCnn predictor" }.Start();
    }

    /// <summary>Requests that wait.</summary>
    public int Waiting
    {
        get
        {
            lock (_gate)
                return _queue.Count;
        }
    }

    /// <summary>Computes a request on the calling thread, if the network is idle.</summary>
    /// <returns>False if it is not: the request has to wait.</returns>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public bool TryRun(PredictionRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(CnnPredictor));
            if (_options.MaximumBatchDelay > TimeSpan.Zero || _running >= _concurrency || _queue.Count > 0)
                return false;
            _running++;
        }
        try
        {
            request.TryTake();
            var start = Stopwatch.GetTimestamp();
            request.Model.Mapper.Compute(request.Inputs, request.Scores);
            _telemetry.Waited(TimeSpan.Zero);
            _telemetry.Computed(1, Stopwatch.GetElapsedTime(start));
            return true;
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Waits until the network is free, for whoever computes images of their own; <see cref="Leave"/> afterwards.</summary>
    /// <exception cref="TimeoutException">It was not.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public void Enter()
    {
        var start = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (true)
            {
                ObjectDisposedException.ThrowIf(_isClosed, typeof(CnnPredictor));
                if (_running < _concurrency)
                    break;
                var left = _options.QueueTimeout - Stopwatch.GetElapsedTime(start);
                if (left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                    throw TooLate();
            }
            _running++;
        }
    }

    /// <summary>What tells one who has waited too long.</summary>
    public TimeoutException TooLate() => new(FormattableString.Invariant(
        $"The network was not free for {_options.QueueTimeout.TotalSeconds:0.###} seconds ({nameof(CnnPredictorOptions)}.{nameof(_options.QueueTimeout)})."));

    /// <summary>Puts a request into the queue. Whoever takes it from there disposes it.</summary>
    /// <exception cref="CnnPredictorBusyException">The queue is full.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public void Enqueue(PredictionRequest request)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isClosed, typeof(CnnPredictor));
            if (_queue.Count >= _options.MaximumQueueLength)
                throw new CnnPredictorBusyException(_queue.Count);
            request.Wait();
            _queue.Enqueue(request);
            _telemetry.Waiting(1);
            Monitor.PulseAll(_gate);
        }
    }

    /// <summary>No further requests are let in; those that wait are computed.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _isClosed = true;
            Monitor.PulseAll(_gate);
        }
    }

    private void Work()
    {
        var batch = new List<PredictionRequest>();
        NetworkInputs? inputs = null;
        PredictionModel? model = null;
        var values = Array.Empty<float>();
        while (TryGather(batch))
        {
            if (batch[0].Model != model)
            {
                inputs?.Dispose(); // another model's images may have another size
                model = batch[0].Model;
                inputs = model.Mapper.NewInputs();
            }
            Compute(batch, inputs!, ref values);
            batch.Clear();
            Leave();
        }
        inputs?.Dispose();
    }

    // Waits for a request, and then for others to join it.
    private bool TryGather(List<PredictionRequest> batch)
    {
        lock (_gate)
        {
            while (batch.Count == 0)
            {
                while (!_isClosed && (_queue.Count == 0 || _running >= _concurrency))
                    Monitor.Wait(_gate);
                if (_queue.Count == 0)
                    return false;
                TakeFirst(batch);
            }
            _running++;
            var first = batch[0];
            while (batch.Count < _options.MaximumBatchSize)
            {
                var left = _options.MaximumBatchDelay - Stopwatch.GetElapsedTime(first.Since);
                if (_queue.TryPeek(out var next))
                {
                    if (next.Model != first.Model)
                        break;
                    TakeFirst(batch);
                }
                else if (_isClosed || left <= TimeSpan.Zero || !Monitor.Wait(_gate, left))
                {
                    break;
                }
            }
            return true;
        }
    }

    private void TakeFirst(List<PredictionRequest> batch)
    {
        var request = _queue.Dequeue();
        _telemetry.Waiting(-1);
        if (request.TryTake())
            batch.Add(request);
        else
            request.Dispose(); // nobody waits for it any more
    }

    private void Compute(List<PredictionRequest> batch, NetworkInputs inputs, ref float[] values)
    {
        try
        {
            var (model, start) = (batch[0].Model, Stopwatch.GetTimestamp());
            foreach (var request in batch)
                _telemetry.Waited(Stopwatch.GetElapsedTime(request.Since, start));
            var length = model.Mapper.Length;
            if (values.Length < batch.Count * length)
                values = new float[_options.MaximumBatchSize * length];
            inputs.Reserve(batch.Count);
            for (var i = 0; i < batch.Count; i++)
                inputs.CopyFrom(batch[i].Inputs, 0, i);
            model.Mapper.Compute(inputs, values.AsSpan(0, batch.Count * length));
            for (var i = 0; i < batch.Count; i++)
                values.AsSpan(i * length, length).CopyTo(batch[i].Scores);
            _telemetry.Computed(batch.Count, Stopwatch.GetElapsedTime(start));
            foreach (var request in batch)
                request.Complete();
        }
        catch (Exception e)
        {
            foreach (var request in batch)
                request.Fail(e);
        }
        foreach (var request in batch)
            request.Dispose();
    }

    /// <summary>The network is free for one more.</summary>
    public void Leave()
    {
        lock (_gate)
        {
            _running--;
            Monitor.PulseAll(_gate);
        }
    }
}
