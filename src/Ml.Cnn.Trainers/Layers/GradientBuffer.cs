using System.Runtime.CompilerServices;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// The memory of a parameter's gradient while it is trained. A layer that casts its weight (<see cref="CastWeight"/>) writes the gradient here,
/// where autograd alone would cast it to memory of its own, and add that to a gradient of zeros.
/// </summary>
internal sealed class GradientBuffer : IDisposable
{
    private static readonly Scalar s_zero = 0.ToScalar();
    private static readonly ConditionalWeakTable<Parameter, GradientBuffer> s_buffers = [];

    private readonly Parameter _parameter;
    private Tensor? _buffer; // the gradient, or memory for the next one; null until a layer has written a gradient

    /// <param name="parameter">The parameter, on its device and in its memory layout already. One training at a time may use it.</param>
    public GradientBuffer(Parameter parameter)
    {
        _parameter = parameter;
        if (parameter.device_type == TorchSharp.DeviceType.CPU) // CUDA's caching allocator makes fresh gradients cheap
            s_buffers.AddOrUpdate(parameter, this);
    }

    /// <summary>The parameter's buffer, or null if the parameter is not being trained.</summary>
    public static GradientBuffer? Of(Parameter parameter) => s_buffers.TryGetValue(parameter, out var buffer) ? buffer : null;

    /// <summary>Begins a new gradient in the old gradient's memory: fresh memory would have to be allocated from the system again.</summary>
    public void Clear()
    {
        if (_buffer is not null)
            _parameter.grad = null; // the first write then copies, instead of adding to zeros
        else
            using (var gradient = _parameter.grad)
                gradient?.fill_(s_zero);
    }

    /// <summary>Adds to the gradient.</summary>
    /// <param name="gradient">In the parameter's shape.</param>
    public void Add(Tensor gradient)
    {
        if (_parameter.grad is { } sum)
        {
            sum.AddInPlace(gradient);
            if (_buffer is null)
                _buffer = sum.DetachFromDisposeScope();
            else
                sum.Dispose();
            return;
        }
        _buffer ??= empty_like(_parameter, requires_grad: false).DetachFromDisposeScope();
        _buffer.copy_(gradient);
        _parameter.grad = _buffer;
    }

    /// <summary>The gradient: 0 in a step that does not reach the parameter, null before the first step that does.</summary>
    public Tensor? Gradient
    {
        get
        {
            if (_parameter.grad is null && _buffer is not null)
                _parameter.grad = _buffer.fill_(s_zero);
            return _parameter.grad;
        }
    }

    public void Dispose()
    {
        if (Of(_parameter) == this)
            s_buffers.Remove(_parameter);
        _buffer?.Dispose();
    }
}
