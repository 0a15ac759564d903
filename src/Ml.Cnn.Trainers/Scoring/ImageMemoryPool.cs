using System.Collections.Concurrent;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Memory for single images, for prediction engines and whoever else scores an image at a time: as many as have been at work at once.</summary>
internal sealed class ImageMemoryPool(NetworkShape shape) : IDisposable
{
    private readonly ConcurrentBag<ImageMemory> _unused = [];
    private volatile bool _isDisposed;

    /// <summary>Memory that nobody else uses until it is given back.</summary>
    public ImageMemory Rent() => _unused.TryTake(out var memory) ? memory : new(shape);

    /// <summary>Gives memory back.</summary>
    public void Return(ImageMemory memory)
    {
        _unused.Add(memory);
        if (_isDisposed)
            Dispose();
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_unused.TryTake(out var memory))
            memory.Dispose();
    }
}
