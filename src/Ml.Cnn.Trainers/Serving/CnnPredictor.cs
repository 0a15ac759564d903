using System.Diagnostics;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Serving;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Says which class an image belongs to, for apps and services: from a file's bytes to labels in one place. Any number of threads may use one predictor,
/// which shares one copy of the network among them and computes requests that come together in batches.
/// </summary>
/// <remarks>
/// Single images are decoded on the caller's thread, or on one of the pool's for the asynchronous methods. Traces and metrics are told under the name
/// "Ml.Cnn.Predictor".
/// </remarks>
/// <example>
/// <code>
/// using var predictor = CnnPredictor.Load("model.zip");
/// CnnPrediction prediction = predictor.Predict(File.ReadAllBytes("photo.jpg"));
/// Console.WriteLine(prediction.Label);
/// </code>
/// </example>
public sealed class CnnPredictor : IDisposable
{
    private readonly CnnPredictorOptions _options;
    private readonly PredictorTelemetry _telemetry;
    private readonly RequestBatcher _batcher;
    private readonly Lock _reloading = new();
    private readonly IDisposable? _keptMemory;
    private PredictionModel _model;
    private volatile bool _isDisposed;

    /// <summary>A predictor of a network, whose weights it shares; the network may be disposed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">How it answers. Default: see <see cref="CnnPredictorOptions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    public CnnPredictor(CnnClassifier network, CnnPredictorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        _options = (options ?? new()).Snapshot();
        _telemetry = new(_options.Name ?? network.Name);
        _model = Prepare(network);
        var coresForOne = network.Scorer.Networks.Max(each => each.Claim.Engine.CoresFor(images: 1));
        _batcher = new(_options, _telemetry, _options.Concurrency ?? Math.Max(1, Environment.ProcessorCount / coresForOne));
        _keptMemory = GlibcAllocator.KeepFreedMemory(); // every request takes and frees the same blocks
    }

    /// <summary>A predictor of the network in a saved pipeline.</summary>
    /// <param name="path">A model.zip; or an ONNX file, ending in ".onnx", once the package Ml.Cnn.Onnx was told to <c>OnnxModel.Register()</c>.</param>
    /// <param name="options">How it answers. Default: see <see cref="CnnPredictorOptions"/>.</param>
    /// <exception cref="ArgumentException">There is no network of this library in the file, or nobody reads files of its ending.</exception>
    /// <exception cref="FormatException">The file is damaged, or of a newer format.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CnnPredictor Load(string path, CnnPredictorOptions? options = null)
    {
        using var network = ModelFileLoaders.Load(path);
        return new(network, options);
    }

    /// <summary>The classes in the order of the network's scores.</summary>
    public IReadOnlyList<string> ClassNames => _model.ClassNames;

    /// <summary>The name of the network that answers now: "resnet18", or "ensemble of resnet18, vgg16".</summary>
    public string NetworkName => _model.Network.Name;

    /// <summary>The share of images whose <see cref="CnnPrediction.Set"/> holds their class; null where the network was not calibrated for sets.</summary>
    public double? SetCoverage => _model.Network.Calibration?.Coverage;

    /// <summary>How the network is computed, and with what memory.</summary>
    public IReadOnlyList<CnnScoringCopy> ScoringCopies => _model.Network.ScoringCopies;

    /// <summary>Requests that wait for the network at this moment.</summary>
    public int QueueLength => _batcher.Waiting;

    /// <summary>Lets requests in.</summary>
    internal RequestBatcher Batcher => _batcher;

    /// <summary>Predicts the class of an image file.</summary>
    /// <param name="image">The file's bytes: JPEG, PNG or any other format that the library decodes.</param>
    /// <exception cref="BadImageException">The image cannot be decoded; the message says why.</exception>
    /// <exception cref="CnnPredictorBusyException">Too many requests are waiting.</exception>
    /// <exception cref="TimeoutException">The request waited longer than <see cref="CnnPredictorOptions.QueueTimeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The network's output is NaN or infinite: its weights are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public CnnPrediction Predict(ReadOnlySpan<byte> image) => Predict(new FileInput(image), Unnamed);

    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(byte[] image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Predict(new FileInput(image), Unnamed);
    }

    /// <summary>Predicts the class of an image file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return Predict(new FileInput(File.ReadAllBytes(path)), path);
    }

    /// <summary>Predicts the class of an image file that is read from a stream to its end.</summary>
    /// <param name="image">The stream; it is not closed.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(Stream image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var content = new MemoryStream();
        image.CopyTo(content);
        return Predict(new FileInput(content.GetBuffer().AsSpan(0, (int)content.Length)), Unnamed);
    }

    /// <summary>Predicts the class of an image of ML.NET's.</summary>
    /// <param name="image">The image; it is not disposed.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return Predict(new MLImageInput(image), Unnamed);
    }

    /// <summary>Predicts the class of an image that is there as pixels.</summary>
    /// <param name="pixels">Values from 0 to 255: height × width × channels, row by row from the top, the channels of a pixel side by side.</param>
    /// <param name="width">Pixels in a row, 1 or more.</param>
    /// <param name="height">Rows, 1 or more.</param>
    /// <param name="channels">1 for gray, 3 for RGB, 4 for RGBA. Default 3.</param>
    /// <exception cref="ArgumentException">The pixels are not as many as the sizes say, or there is no image of that many channels.</exception>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(ReadOnlySpan<byte> pixels, int width, int height, int channels = 3)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (channels is not (1 or 3 or 4))
            throw new ArgumentOutOfRangeException(nameof(channels), channels, "An image has 1, 3 or 4 channels.");
        if (pixels.Length != (long)width * height * channels)
        {
            throw new ArgumentException(FormattableString.Invariant(
                $"{pixels.Length} values are no image of {height} × {width} × {channels}: that has {(long)width * height * channels}."), nameof(pixels));
        }
        return Predict(new PixelInput(pixels, width, height, channels), Unnamed);
    }

    /// <summary>Predicts the class of an image file without blocking the caller.</summary>
    /// <param name="image">The file's bytes, which must not change meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait; an image that the network has begun with is computed to its end.</param>
    /// <exception cref="OperationCanceledException">The request was canceled.</exception>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public Task<CnnPrediction> PredictAsync(ReadOnlyMemory<byte> image, CancellationToken cancellationToken = default) =>
        Task.Run(() => PredictAsync(image, Unnamed, cancellationToken), cancellationToken);

    /// <summary>Predicts the class of an image file without blocking the caller.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <inheritdoc cref="PredictAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public async Task<CnnPrediction> PredictAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var image = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => PredictAsync(image, path, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Predicts the class of an image file that is read from a stream to its end, without blocking the caller.</summary>
    /// <param name="image">The stream; it is not closed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <inheritdoc cref="PredictAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public async Task<CnnPrediction> PredictAsync(Stream image, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var content = new MemoryStream();
        await image.CopyToAsync(content, cancellationToken).ConfigureAwait(false);
        var bytes = content.GetBuffer().AsMemory(0, (int)content.Length);
        return await Task.Run(() => PredictAsync(bytes, Unnamed, cancellationToken), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Predicts the classes of several image files, decoded in parallel and computed in batches. A file that cannot be decoded has a
    /// <see cref="CnnPrediction.Defect"/> rather than classes.
    /// </summary>
    /// <param name="images">The files' bytes.</param>
    /// <returns>As many predictions, in the same order.</returns>
    /// <exception cref="TimeoutException">The network was not free for longer than <see cref="CnnPredictorOptions.QueueTimeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The network's output is NaN or infinite: its weights are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public IReadOnlyList<CnnPrediction> PredictMany(IReadOnlyList<ReadOnlyMemory<byte>> images)
    {
        ArgumentNullException.ThrowIfNull(images);
        return PredictMany(images.Count, i => images[i]);
    }

    /// <summary>The same for files on disk. One that cannot be read has a <see cref="CnnPrediction.Defect"/> too.</summary>
    /// <param name="paths">The files.</param>
    /// <inheritdoc cref="PredictMany(IReadOnlyList{ReadOnlyMemory{byte}})"/>
    public IReadOnlyList<CnnPrediction> PredictMany(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return PredictMany(paths.Count, i => File.ReadAllBytes(paths[i]));
    }

    /// <summary>Takes the network of a newer file, without a pause: requests that have begun are answered by the one before.</summary>
    /// <param name="path">The file. If it cannot be loaded, the predictor goes on with the network that it has.</param>
    /// <inheritdoc cref="Load"/>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public void Reload(string path)
    {
        using var network = ModelFileLoaders.Load(path);
        Reload(network);
    }

    /// <summary>Takes another network, without a pause: requests that have begun are answered by the one before.</summary>
    /// <param name="network">The network, whose weights are shared; it may be disposed afterwards.</param>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public void Reload(CnnClassifier network)
    {
        ArgumentNullException.ThrowIfNull(network);
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

    /// <summary>Lets no further request in, and frees the network once those that have begun are answered.</summary>
    public void Dispose()
    {
        lock (_reloading)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _batcher.Dispose();
            _model.Release();
            _keptMemory?.Dispose();
        }
    }

    private const string Unnamed = "the image";

    // A share of its own: the caller may dispose theirs.
    private PredictionModel Prepare(CnnClassifier network)
    {
        var own = _options.Scoring is { } scoring ? network.WithScoring(scoring) : network.WithBadImages(network.OnBadImage);
        if (_options.WarmUp)
            own.WarmUp();
        return new(own);
    }

    private CnnPrediction Predict<TInput>(TInput input, string name) where TInput : IImageInput, allows ref struct
    {
        var activity = _telemetry.Begin();
        try
        {
            var request = Decoded(input, name, activity);
            if (TryRun(request))
                return Ended(request, activity);
            if (!request.WaitUntilDone(_options.QueueTimeout) && request.TryAbandon())
                throw _batcher.TooLate();
            request.Done.GetAwaiter().GetResult();
            return Ended(request, activity);
        }
        catch (Exception e)
        {
            _telemetry.End(activity, e);
            throw;
        }
    }

    private async Task<CnnPrediction> PredictAsync(ReadOnlyMemory<byte> image, string name, CancellationToken cancellationToken)
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
                throw _batcher.TooLate();
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
            ObjectDisposedException.ThrowIf(_isDisposed, this);
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
            if (_batcher.TryRun(request))
                return true;
            _batcher.Enqueue(request);
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

    private List<CnnPrediction> PredictMany(int count, Func<int, ReadOnlyMemory<byte>> image)
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
                _batcher.Enter();
                try
                {
                    var start = Stopwatch.GetTimestamp();
                    rows.Compute();
                    _telemetry.Computed(part, Stopwatch.GetElapsedTime(start));
                }
                finally
                {
                    _batcher.Leave();
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

    private CnnPrediction Prediction(ReadOnlySpan<float> scores, PredictionModel model)
    {
        var classes = model.Best(scores, _options.TopK);
        return new(classes, classes[0].Probability < _options.MinimumProbability, model.Set(scores));
    }
}
