using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Serving;

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
    private const string Unnamed = "the image";

    private readonly RequestAnswers _answers;

    /// <summary>A predictor of a network, whose weights it shares; the network may be disposed.</summary>
    /// <param name="network">The network.</param>
    /// <param name="options">How it answers. Default: see <see cref="CnnPredictorOptions"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range; the message names it.</exception>
    public CnnPredictor(CnnClassifier network, CnnPredictorOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(network);
        _answers = new(network, options ?? new());
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
    public IReadOnlyList<string> ClassNames => _answers.Current.ClassNames;

    /// <summary>The name of the network that answers now: "resnet18", or "ensemble of resnet18, vgg16".</summary>
    public string NetworkName => _answers.Current.Network.Name;

    /// <summary>The share of images whose <see cref="CnnPrediction.Set"/> holds their class; null where the network was not calibrated for sets.</summary>
    public double? SetCoverage => _answers.Current.Network.Calibration?.Coverage;

    /// <summary>How the network is computed, and with what memory.</summary>
    public IReadOnlyList<CnnScoringCopy> ScoringCopies => _answers.Current.Network.ScoringCopies;

    /// <summary>Requests that wait for the network at this moment.</summary>
    public int QueueLength => _answers.Batcher.Waiting;

    /// <summary>Lets requests in.</summary>
    internal RequestBatcher Batcher => _answers.Batcher;

    /// <summary>Predicts the class of an image file.</summary>
    /// <param name="image">The file's bytes: JPEG, PNG or any other format that the library decodes.</param>
    /// <exception cref="BadImageException">The image cannot be decoded; the message says why.</exception>
    /// <exception cref="CnnPredictorBusyException">Too many requests are waiting.</exception>
    /// <exception cref="TimeoutException">The request waited longer than <see cref="CnnPredictorOptions.QueueTimeout"/>.</exception>
    /// <exception cref="InvalidOperationException">The network's output is NaN or infinite: its weights are damaged.</exception>
    /// <exception cref="ObjectDisposedException">The predictor was disposed.</exception>
    public CnnPrediction Predict(ReadOnlySpan<byte> image) => _answers.One(new FileInput(image), Unnamed);

    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(byte[] image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _answers.One(new FileInput(image), Unnamed);
    }

    /// <summary>Predicts the class of an image file.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return _answers.One(new FileInput(File.ReadAllBytes(path)), path);
    }

    /// <summary>Predicts the class of an image file that is read from a stream to its end.</summary>
    /// <param name="image">The stream; it is not closed.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(Stream image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var content = new MemoryStream();
        image.CopyTo(content);
        return _answers.One(new FileInput(content.GetBuffer().AsSpan(0, (int)content.Length)), Unnamed);
    }

    /// <summary>Predicts the class of an image of ML.NET's.</summary>
    /// <param name="image">The image; it is not disposed.</param>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public CnnPrediction Predict(MLImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        return _answers.One(new MLImageInput(image), Unnamed);
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
        return _answers.One(new PixelInput(pixels, width, height, channels), Unnamed);
    }

    /// <summary>Predicts the class of an image file without blocking the caller.</summary>
    /// <param name="image">The file's bytes, which must not change meanwhile.</param>
    /// <param name="cancellationToken">Ends the wait; an image that the network has begun with is computed to its end.</param>
    /// <exception cref="OperationCanceledException">The request was canceled.</exception>
    /// <inheritdoc cref="Predict(ReadOnlySpan{byte})"/>
    public Task<CnnPrediction> PredictAsync(ReadOnlyMemory<byte> image, CancellationToken cancellationToken = default) =>
        Task.Run(() => _answers.OneAsync(image, Unnamed, cancellationToken), cancellationToken);

    /// <summary>Predicts the class of an image file without blocking the caller.</summary>
    /// <param name="path">The file.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <inheritdoc cref="PredictAsync(ReadOnlyMemory{byte}, CancellationToken)"/>
    public async Task<CnnPrediction> PredictAsync(string path, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var image = await File.ReadAllBytesAsync(path, cancellationToken).ConfigureAwait(false);
        return await Task.Run(() => _answers.OneAsync(image, path, cancellationToken), cancellationToken).ConfigureAwait(false);
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
        return await Task.Run(() => _answers.OneAsync(bytes, Unnamed, cancellationToken), cancellationToken).ConfigureAwait(false);
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
        return _answers.Many(images.Count, i => images[i]);
    }

    /// <summary>The same for files on disk. One that cannot be read has a <see cref="CnnPrediction.Defect"/> too.</summary>
    /// <param name="paths">The files.</param>
    /// <inheritdoc cref="PredictMany(IReadOnlyList{ReadOnlyMemory{byte}})"/>
    public IReadOnlyList<CnnPrediction> PredictMany(IReadOnlyList<string> paths)
    {
        ArgumentNullException.ThrowIfNull(paths);
        return _answers.Many(paths.Count, i => File.ReadAllBytes(paths[i]));
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
        _answers.Reload(network);
    }

    /// <summary>Lets no further request in, and frees the network once those that have begun are answered.</summary>
    public void Dispose() => _answers.Dispose();
}
