using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Memory for the images of a forward pass and what comes of their views, kept from one pass to the next. For one thread at a time.</summary>
/// <param name="shape">The network's.</param>
internal sealed class ImageMemory(NetworkShape shape) : IDisposable
{
    private ImageBatch? _batch;
    private int _capacity;
    private float[] _values = [];

    /// <summary>Room for an image on its way into the batch.</summary>
    public ImageRow Row { get; } = new();

    /// <summary>A batch of so many images, channels last.</summary>
    public ImageBatch Batch(int images)
    {
        if (_batch is null || _capacity < images)
        {
            _batch?.Dispose();
            (_batch, _capacity) = (new(images, shape, channelsLast: true), images);
        }
        _batch.Count = images;
        return _batch;
    }

    /// <summary>So many numbers.</summary>
    public Span<float> Values(int count)
    {
        if (_values.Length < count)
            _values = new float[count];
        return _values.AsSpan(0, count);
    }

    public void Dispose() => _batch?.Dispose();
}
