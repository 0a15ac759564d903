using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Scoring;

/// <summary>Images as views of the network's input size, one behind the other.</summary>
/// <param name="engine">What computes them.</param>
/// <param name="shape">The network's.</param>
/// <param name="views">Views of an image.</param>
internal sealed class ViewInput(NetworkEngine engine, NetworkShape shape, int views) : NetworkInput
{
    private PixelBatch? _batch;
    private int _capacity;
    private float[] _values = [];

    /// <summary>Every view of every image.</summary>
    public PixelBatch Batch => _batch ?? throw new InvalidOperationException("There are no images.");

    public override void Reserve(int images)
    {
        Forget();
        var needed = images * views;
        if (_batch is null || _capacity < needed)
        {
            _batch?.Dispose();
            (_batch, _capacity) = (engine.NewBatch(needed, shape), needed);
        }
        _batch.Count = needed;
    }

    public override void Keep(int images) => Batch.Count = images * views;

    public override bool TryDecode(int place, ImageRow row, ImageRowDecoder decoder)
    {
        var pixels = Pixels(place);
        if (decoder.TryDecode(row, epoch: 0, pixels))
            return true;
        pixels.Clear();
        return false;
    }

    public override void CopyFrom(NetworkInput other, int otherPlace, int place) => ((ViewInput)other).Pixels(otherPlace).CopyTo(Pixels(place));

    /// <summary>What was begun with these images, and the claim on the network meanwhile; null if nothing was.</summary>
    public (LaunchedOutput Output, IDisposable Use)? Launched { get; set; }

    /// <summary>Gives up what was begun.</summary>
    public void Forget()
    {
        Launched?.Output.Dispose();
        Launched?.Use.Dispose();
        Launched = null;
    }

    /// <summary>The views of an image.</summary>
    public Span<float> Pixels(int place) => Batch.Images(place * views, views);

    /// <summary>Room for so many numbers: the network's output for every view.</summary>
    public Span<float> Values(int count)
    {
        if (_values.Length < count)
            _values = new float[count];
        return _values.AsSpan(0, count);
    }

    public override void Dispose()
    {
        Forget();
        _batch?.Dispose();
    }
}
