using Ml.Cnn.Trainers.Architectures;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Input;

/// <summary>Room for a batch in tensors on the CPU, filled and used again for the whole of a training run.</summary>
internal sealed class ImageBatch : PixelBatch
{
    private readonly Tensor _memory; // capacity × C × H × W, or capacity × H × W × C, float32
    private readonly Tensor _pixels; // capacity × C × H × W, a view
    private readonly Tensor _labels; // capacity, int64
    private readonly Tensor _weights; // capacity, float32
    private readonly int _length;

    /// <param name="capacity">The most images it can hold.</param>
    /// <param name="shape">The network's input.</param>
    /// <param name="channelsLast">Whether the channels of a pixel lie side by side in memory.</param>
    public ImageBatch(int capacity, NetworkShape shape, bool channelsLast)
    {
        var (channels, height, width) = (shape.Channels, shape.Height, shape.Width);
        // Batches outlive every step's dispose scope.
        _memory = (channelsLast ? empty(capacity, height, width, channels) : empty(capacity, channels, height, width)).DetachFromDisposeScope();
        _pixels = (channelsLast ? _memory.permute(0, 3, 1, 2) : _memory.alias()).DetachFromDisposeScope();
        _labels = empty(capacity, dtype: ScalarType.Int64).DetachFromDisposeScope();
        _weights = ones(capacity).DetachFromDisposeScope();
        _length = channels * height * width;
    }

    private ImageBatch(ImageBatch whole, int first, int count)
    {
        _memory = whole._memory.narrow(0, first, count).DetachFromDisposeScope();
        _pixels = whole._pixels.narrow(0, first, count).DetachFromDisposeScope();
        _labels = whole._labels.narrow(0, first, count).DetachFromDisposeScope();
        _weights = whole._weights.narrow(0, first, count).DetachFromDisposeScope();
        (_length, Count) = (whole._length, count);
    }

    public override ImageBatch Part(int first, int count) => new(this, first, count);

    /// <summary>Count × C × H × W, a view.</summary>
    public Tensor Pixels => _pixels.narrow(0, 0, Count);

    /// <summary>Count class numbers from 0, a view.</summary>
    public Tensor Labels => _labels.narrow(0, 0, Count);

    /// <summary>Count weights of the images, 0 or more, a view.</summary>
    public Tensor Weights => _weights.narrow(0, 0, Count);

    public override unsafe Span<float> Images(int first, int count) => new(Pointer<float>(_memory) + (long)first * _length, count * _length);

    /// <summary>Says what an image is.</summary>
    /// <param name="index">The image's place.</param>
    /// <param name="label">Its class's number from 0.</param>
    /// <param name="weight">What it weighs, 0 or more.</param>
    public unsafe void Set(int index, long label, float weight) => (Pointer<long>(_labels)[index], Pointer<float>(_weights)[index]) = (label, weight);

    /// <summary>Moves the last image to the end of another batch, which has room.</summary>
    public void MoveLastTo(ImageBatch other)
    {
        Count--;
        Image(Count).CopyTo(other.Image(other.Count));
        other.Set(other.Count, Label(Count), Weight(Count));
        other.Count++;
    }

    public unsafe long Label(int index) => Pointer<long>(_labels)[index];

    public unsafe float Weight(int index) => Pointer<float>(_weights)[index];

    private static unsafe T* Pointer<T>(Tensor tensor) where T : unmanaged
    {
        fixed (byte* pointer = tensor.bytes) // native memory, which does not move
            return (T*)pointer;
    }

    public override void Dispose()
    {
        _pixels.Dispose();
        _memory.Dispose();
        _labels.Dispose();
        _weights.Dispose();
    }
}
