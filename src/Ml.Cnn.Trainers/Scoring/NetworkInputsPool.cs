using System.Collections.Concurrent;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Memory for single images, for prediction engines and whoever else scores an image at a time: as many as have been at work at once.</summary>
/// <param name="make">Makes memory.</param>
internal sealed class NetworkInputsPool(Func<NetworkInputs> make) : IDisposable
{
    private readonly ConcurrentBag<NetworkInputs> _unused = [];
    private volatile bool _isDisposed;

    /// <summary>Memory that nobody else uses until it is given back, with room for one image.</summary>
    public NetworkInputs Rent()
    {
        if (!_unused.TryTake(out var inputs))
            inputs = make();
        inputs.Reserve(1);
        return inputs;
    }

    /// <summary>Gives memory back.</summary>
    public void Return(NetworkInputs inputs)
    {
        _unused.Add(inputs);
        if (_isDisposed)
            Dispose();
    }

    public void Dispose()
    {
        _isDisposed = true;
        while (_unused.TryTake(out var inputs))
            inputs.Dispose();
    }
}
