using System.Diagnostics;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Serving;

/// <summary>Answers a predictor's requests with the network that it has at the time: decodes them, has them computed, and tells traces and metrics.</summary>
internal sealed class RequestAnswers : IDisposable
{
    private readonly CnnPredictorOptions _options;
    private readonly PredictorTelemetry _telemetry;
    private readonly Lock _reloading = new();
    private readonly IDisposable? _keptMemory;
    private PredictionModel _model;
    private volatile bool _isDisposed;

    /// <param name="network">The network, whose weights are shared.</param>
    /// <param name="options">How to answer.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    public RequestAnswers(CnnClassifier network, CnnPredictorOptions options)
    {
        _options = options.Snapshot();
        _telemetry = new(_options.Name ?? network.Name);
        _model = Prepare(network);
        var coresForOne = network.Scorer.Networks.Max(each => each.Claim.Engine.CoresFor(images: 1));
        Batcher = new(_options, _telemetry, _options.Concurrency ?? Math.Max(1, Environment.ProcessorCount / coresForOne));
        _keptMemory = GlibcAllocator.KeepFreedMemory(); // every request takes and frees the same blocks
    }

    /// <summary>The network that answers now.</summary>
    public PredictionModel Current => _model;

    /// <summary>Lets requests in.</summary>
    public RequestBatcher Batcher { get; }

    /// <summary>Takes another network; requests that have begun are answered by the one before.</summary>
    /// <param name="network">The network, whose weights are shared.</param>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public void Reload(CnnClassifier network)
    {
        var model = Prepare(network);
        lock (_reloading)
        {
            if (_isDisposed)
            {
                model.Release();
                throw new ObjectDisposedException(nameof(CnnPredictor));
            }
            Interlocked.Exchange(ref _model, model).Release();
        }
    }

    /// <summary>Answers a request on the calling thread.</summary>
    /// <param name="input">The image.</param>
    /// <param name="name">What messages call it.</param>
    public CnnPrediction One<TInput>(TInput input, string name) where TInput : IImageInput, allows ref struct
    {
        var activity = _telemetry.Begin();
        try
        {
            var request = Decoded(input, name, activity);
            if (TryRun(request))
                return Ended(request, activity);
            if (!request.WaitUntilDone(_options.QueueTimeout) && request.TryAbandon())
                throw Batcher.TooLate();
            request.Done.GetAwaiter().GetResult();
            return Ended(request, activity);
        }
        catch (Exception e)
        {
            _telemetry.End(activity, e);
            throw;
        }
    }

    /// <summary>Answers a request without blocking the caller once its image is decoded.</summary>
    /// <param name="image">A file's bytes.</param>
    /// <param name="name">What messages call it.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task<CnnPrediction> OneAsync(ReadOnlyMemory<byte> image, string name, CancellationToken cancellationToken)
    {
        var activity = _telemetry.Begin();
        try
        {
            var request = Decoded(new FileInput(image.Span), name, activity);
            if (TryRun(request))
                return Ended(request, activity);
            await request.Done.WaitAsync(_options.QueueTimeout, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (!request.Done.IsCompleted && request.TryAbandon())
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw Batcher.TooLate();
            }
            await request.Done.ConfigureAwait(false);
            return Ended(request, activity);
        }
        catch (Exception e)
        {
            _telemetry.End(activity, e);
            throw;
        }
    }

    /// <summary>Answers a request for many images on the calling thread.</summary>
    /// <param name="count">How many.</param>
    /// <param name="image">The bytes of each one's file.</param>
    public List<CnnPrediction> Many(int count, Func<int, ReadOnlyMemory<byte>> image)
    {
        var activity = _telemetry.Begin();
        var model = Model();
        try
        {
            var predictions = new List<CnnPrediction>(count);
            using var rows = new ManyRows(model);
            for (var first = 0; first < count; first += rows.Capacity)
            {
                var part = Math.Min(rows.Capacity, count - first);
                rows.Decode(part, i => image(first + i));
                Batcher.Enter();
                try
                {
                    var start = Stopwatch.GetTimestamp();
                    rows.Compute();
                    _telemetry.Computed(part, Stopwatch.GetElapsedTime(start));
                }
                finally
                {
                    Batcher.Leave();
                }
                for (var i = 0; i < part; i++)
                    predictions.Add(rows.Defect(i) is { } defect ? new(defect) : Prediction(rows.Scores(i), model));
            }
            _telemetry.End(activity, error: null, count);
            return predictions;
        }
        catch (Exception e)
        {
            _telemetry.End(activity, e, count);
            throw;
        }
        finally
        {
            model.Release();
        }
    }

    /// <summary>Lets no further request in, and frees the network once those that have begun are answered.</summary>
    public void Dispose()
    {
        lock (_reloading)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            Batcher.Dispose();
            _model.Release();
            _keptMemory?.Dispose();
        }
    }

    // A share of its own: the caller may dispose theirs.
    private PredictionModel Prepare(CnnClassifier network)
    {
        var own = _options.Scoring is { } scoring ? network.WithScoring(scoring) : network.WithBadImages(network.OnBadImage);
        if (_options.WarmUp)
            own.WarmUp();
        return new(own);
    }

    // A request with its pixels. It holds its model until it is disposed.
    private PredictionRequest Decoded<TInput>(TInput input, string name, Activity? activity) where TInput : IImageInput, allows ref struct
    {
        var request = new PredictionRequest(Model());
        try
        {
            var start = Stopwatch.GetTimestamp();
            if (input.Decode(request.Model, request.Inputs) is { } defect)
                throw new BadImageException([new BadImage(name, defect)]);
            _telemetry.Decoded(activity, Stopwatch.GetElapsedTime(start));
            return request;
        }
        catch
        {
            request.Dispose();
            throw;
        }
    }

    private PredictionModel Model()
    {
        while (true)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(CnnPredictor));
            var model = Volatile.Read(ref _model);
            if (model.TryUse())
                return model;
        }
    }

    // Whether the request is done; otherwise it waits. The one who computes it disposes it.
    private bool TryRun(PredictionRequest request)
    {
        var isQueued = false;
        try
        {
            if (Batcher.TryRun(request))
                return true;
            Batcher.Enqueue(request);
            isQueued = true;
            return false;
        }
        finally
        {
            if (!isQueued)
                request.Dispose();
        }
    }

    private CnnPrediction Ended(PredictionRequest request, Activity? activity)
    {
        var prediction = Prediction(request.Scores, request.Model);
        _telemetry.End(activity, error: null);
        return prediction;
    }

    private CnnPrediction Prediction(ReadOnlySpan<float> scores, PredictionModel model)
    {
        var classes = model.Best(scores, _options.TopK);
        return new(classes, classes[0].Probability < _options.MinimumProbability, model.Set(scores));
    }
}
