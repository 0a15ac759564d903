using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The weights of a depthwise convolution: vectors of channels × the window's numbers × channels of the vector.</summary>
internal sealed unsafe class DepthwiseWeights
{
    private readonly float[] _memory;
    private readonly int _start;
    private readonly int _channels;
    private readonly int _width;

    /// <param name="weight">Channels × 1 × height × width, float32 on the CPU.</param>
    /// <param name="bias">A number per channel, or null.</param>
    /// <param name="width">Numbers in a vector.</param>
    public DepthwiseWeights(Tensor weight, Tensor? bias, int width)
    {
        using var scope = NewDisposeScope();
        var channels = (int)weight.size(0);
        (Kernel, _width) = (new((int)weight.size(2), (int)weight.size(3)), width);
        _channels = (channels + width - 1) / width * width;
        _memory = AlignedMemory.Allocate((long)_channels * (Area + 1), out _start);
        bias?.data<float>().CopyTo(_memory, _start);
        var padded = zeros(_channels, Area);
        padded.narrow(0, 0, channels).copy_(weight.reshape(channels, Area));
        padded.view(_channels / width, width, Area).transpose(1, 2).contiguous().data<float>().CopyTo(_memory, _start + _channels);
    }

    /// <summary>The window.</summary>
    public Size2d Kernel { get; }

    /// <summary>Vectors of channels.</summary>
    public int Vectors => _channels / _width;

    /// <summary>Memory in bytes.</summary>
    public long Bytes => _memory.Length * (long)sizeof(float);

    /// <summary>The biases of a vector of channels; the memory does not move.</summary>
    public float* Bias(int vector) => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, _start) + vector * _width;

    /// <summary>The weights of a vector of channels, from a row of the window on.</summary>
    public float* Of(int vector, int row) => Bias(0) + _channels + ((long)vector * Area + row * Kernel.Width) * _width;

    /// <summary>Weights of a vector of channels for some of the window's rows.</summary>
    public nint Skipped(int rows) => (nint)rows * Kernel.Width * _width;

    private int Area => Kernel.Height * Kernel.Width;
}
