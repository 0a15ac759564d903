using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Onnx.Engine;

/// <summary>Images in an array that does not move, channels × height × width, so that ONNX Runtime reads them where they are.</summary>
internal sealed class MemoryBatch : PixelBatch
{
    private readonly float[] _values;
    private readonly int _first;
    private readonly int _length;

    /// <param name="capacity">The most images it can hold.</param>
    /// <param name="shape">The network's input.</param>
    public MemoryBatch(int capacity, NetworkShape shape)
    {
        _length = shape.Channels * shape.Height * shape.Width;
        _values = GC.AllocateUninitializedArray<float>(checked(capacity * _length), pinned: true);
    }

    private MemoryBatch(MemoryBatch whole, int first, int count) =>
        (_values, _first, _length, Count) = (whole._values, whole._first + first * whole._length, whole._length, count);

    /// <summary>All images, as the network takes them.</summary>
    public Memory<float> Pixels => MemoryMarshal.CreateFromPinnedArray(_values, _first, Count * _length);

    public override Span<float> Images(int first, int count) => _values.AsSpan(_first + first * _length, count * _length);

    public override MemoryBatch Part(int first, int count) => new(this, first, count);

    public override void Dispose() { }
}
