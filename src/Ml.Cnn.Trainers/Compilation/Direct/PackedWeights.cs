using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>The weights of a product in the order in which its kernels read them: blocks of up to three vectors of filters × numbers × filters.</summary>
internal sealed unsafe class PackedWeights
{
    private const int Largest = 3; // vectors
    private readonly float[] _memory;
    private readonly Block[] _blocks;
    private readonly int _width;
    private readonly int _start;

    /// <param name="weight">Filters × numbers, float32 on the CPU.</param>
    /// <param name="bias">A number per filter, or null.</param>
    /// <param name="width">Numbers in a vector.</param>
    public PackedWeights(Tensor weight, Tensor? bias, int width)
    {
        using var scope = NewDisposeScope();
        (Filters, Numbers, _width) = ((int)weight.size(0), (int)weight.size(1), width);
        var vectors = (Filters + width - 1) / width;
        _blocks = InBlocks(vectors);
        _memory = AlignedMemory.Allocate((long)vectors * width * (Numbers + 1), out _start);
        var padded = zeros(vectors * width, Numbers);
        padded.narrow(0, 0, Filters).copy_(weight);
        bias?.data<float>().CopyTo(_memory, _start);
        var to = _start + vectors * width;
        foreach (var block in _blocks)
        {
            var filters = padded.narrow(0, block.FirstVector * width, block.Vectors * width).t().contiguous(); // numbers × filters
            filters.data<float>().CopyTo(_memory, to);
            to += (int)filters.numel();
        }
    }

    /// <summary>Filters, without those of zeros that fill the last vector.</summary>
    public int Filters { get; }

    /// <summary>Filters with them.</summary>
    public int PaddedFilters => (_blocks[^1].FirstVector + _blocks[^1].Vectors) * _width;

    /// <summary>Numbers of a filter.</summary>
    public int Numbers { get; }

    /// <summary>Blocks of filters, in order.</summary>
    public ReadOnlySpan<Block> Blocks => _blocks;

    /// <summary>Memory in bytes.</summary>
    public long Bytes => _memory.Length * (long)sizeof(float);

    /// <summary>The biases; the memory does not move.</summary>
    public float* Bias => (float*)Marshal.UnsafeAddrOfPinnedArrayElement(_memory, _start);

    /// <summary>A block's weights.</summary>
    public float* Of(Block block) => Bias + PaddedFilters + (long)block.FirstVector * _width * Numbers;

    /// <summary>The first filter of a block.</summary>
    public int FirstFilter(int block) => block == _blocks.Length ? PaddedFilters : _blocks[block].FirstVector * _width;

    // Threes as long as they come out even; four vectors are twice two, since one alone would leave the processor waiting.
    private static Block[] InBlocks(int vectors)
    {
        var blocks = new List<Block>();
        for (var first = 0; first < vectors; first += blocks[^1].Vectors)
        {
            var left = vectors - first;
            blocks.Add(new(first, left is 2 or 4 ? 2 : Math.Min(left, Largest)));
        }
        return [.. blocks];
    }

    /// <summary>A few vectors of filters.</summary>
    /// <param name="FirstVector">The number of the first.</param>
    /// <param name="Vectors">1 to 3.</param>
    public readonly record struct Block(int FirstVector, int Vectors);
}
