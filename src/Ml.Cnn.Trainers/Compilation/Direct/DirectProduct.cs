using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>A convolution, or a linear layer: a convolution with one position.</summary>
internal sealed unsafe class DirectProduct : DirectOperation
{
    private const int WideBlock = 16;
    private const int NarrowBlock = 8;
    private const int WideTile = 6;
    private const int NarrowTile = 8;

    private readonly MapSize _input; // with its padding
    private readonly MapSize _given; // without
    private readonly Size2d _padding;
    private readonly int _filters;
    private readonly int _rows;      // of a filter
    private readonly int _length;    // numbers of a row of a filter
    private readonly int _block;     // filters that are computed at once
    private readonly float _floor;
    private readonly float[] _weights; // blocks × rows × length × block
    private readonly float[] _bias;
    private readonly int[] _positions; // where in the padded input each position begins

    /// <param name="input">The size of the input.</param>
    /// <param name="weight">Filters × height × width × channels.</param>
    /// <param name="bias">One number per filter, or null.</param>
    /// <param name="stride">Pixels between two positions.</param>
    /// <param name="padding">Zeros on each side.</param>
    /// <param name="rectified">Whether results below 0 become 0.</param>
    public DirectProduct(MapSize input, Tensor weight, Tensor? bias, Size2d stride, Size2d padding, bool rectified)
    {
        _filters = (int)weight.size(0);
        var kernel = new Size2d((int)weight.size(1), (int)weight.size(2));
        (_given, _padding, _floor) = (input, padding, rectified ? 0 : float.NegativeInfinity);
        _input = new(input.Height + 2 * padding.Height, input.Width + 2 * padding.Width, input.Channels);
        (_rows, _length) = (kernel.Height, kernel.Width * input.Channels);
        _block = _filters <= NarrowBlock ? NarrowBlock : WideBlock;
        Output = new((_input.Height - kernel.Height) / stride.Height + 1, (_input.Width - kernel.Width) / stride.Width + 1, _filters);
        _weights = InBlocks(weight);
        _bias = Aligned(Blocks * _block);
        bias?.data<float>().CopyTo(_bias);
        _positions = new int[Output.Height * Output.Width];
        for (var i = 0; i < _positions.Length; i++)
            _positions[i] = (i / Output.Width * stride.Height * _input.Width + i % Output.Width * stride.Width) * _input.Channels;
    }

    public override MapSize Output { get; }

    public override int Scratch => _padding == default ? 0 : _input.Length;

    /// <summary>Memory of the weights.</summary>
    public long Bytes => (_weights.Length + _bias.Length) * (long)sizeof(float);

    private int Blocks => (_filters + _block - 1) / _block;

    public override void Run(int images, float* input, float* output, float* scratch)
    {
        fixed (float* weights = _weights, bias = _bias)
        fixed (int* positions = _positions)
        {
            if (_positions.Length == 1 && _padding == default)
            {
                Multiply(images, input, weights, bias, output);
                return;
            }
            for (var image = 0; image < images; image++, input += _given.Length, output += Output.Length)
                Convolve(_padding == default ? input : Pad(input, scratch), positions, weights, bias, output);
        }
    }

    // The positions of one image.
    private void Convolve(float* input, int* positions, float* weights, float* bias, float* output)
    {
        var rowStride = _input.Width * _input.Channels;
        for (var block = 0; block < Blocks; block++, weights += BlockLength, bias += _block, output += _block)
        {
            var isWhole = Blocks == 1 || (block + 1) * _block <= _filters;
            var tile = _block == WideBlock ? WideTile : NarrowTile;
            if (isWhole && _positions.Length >= tile)
                ConvolveTiles(tile, input, positions, rowStride, weights, bias, output);
            else
            {
                for (var position = 0; position < _positions.Length; position++)
                    One(input + positions[position], rowStride, weights, bias, block, output + (long)position * _filters);
            }
        }
    }

    // In ascending order: what a vector writes behind a pixel's last channel, the next position overwrites. The last tile may cover positions of the one
    // before, which it computes once more.
    private void ConvolveTiles(int tile, float* input, int* positions, int rowStride, float* weights, float* bias, float* output)
    {
        for (var position = 0; position < _positions.Length; position += tile)
        {
            var first = Math.Min(position, _positions.Length - tile);
            var to = output + (long)first * _filters;
            if (tile == WideTile)
                DirectKernels.SixBySixteen(input, positions + first, _rows, _length, rowStride, weights, bias, _floor, to, _filters);
            else
                DirectKernels.EightByEight(input, positions + first, _rows, _length, rowStride, weights, bias, _floor, to, _filters);
        }
    }

    // Rows times a matrix: images are the positions.
    private void Multiply(int images, float* input, float* weights, float* bias, float* output)
    {
        var length = _rows * _length;
        var numbers = stackalloc int[WideTile];
        for (var i = 0; i < WideTile; i++)
            numbers[i] = i * _given.Length;
        var results = stackalloc float[WideTile * WideBlock];
        var image = 0;
        for (; _block == WideBlock && image + WideTile <= images; image += WideTile)
        {
            for (var block = 0; block < Blocks; block++)
            {
                float* w = weights + block * BlockLength, b = bias + block * _block;
                float* x = input + (long)image * _given.Length, y = output + (long)image * _filters + block * _block;
                if ((block + 1) * _block <= _filters)
                {
                    DirectKernels.SixBySixteen(x, numbers, 1, length, 0, w, b, _floor, y, _filters);
                    continue;
                }
                DirectKernels.SixBySixteen(x, numbers, 1, length, 0, w, b, _floor, results, WideBlock);
                for (var i = 0; i < WideTile; i++)
                    Copy(results + i * WideBlock, y + (long)i * _filters, _filters - block * _block);
            }
        }
        for (; image < images; image++)
        {
            float* x = input + (long)image * _given.Length, y = output + (long)image * _filters;
            var block = 0;
            for (; _block == WideBlock && (block + 4) * _block <= _filters; block += 4)
                DirectKernels.OneBySixtyFour(x, length, weights + block * BlockLength, BlockLength, bias + block * _block, _floor, y + block * _block);
            if (_block == WideBlock && block + 4 == Blocks)
            {
                DirectKernels.OneBySixtyFour(x, length, weights + block * BlockLength, BlockLength, bias + block * _block, _floor, results);
                Copy(results, y + block * _block, _filters - block * _block);
                continue;
            }
            for (; block < Blocks; block++)
                One(x, _length, weights + block * BlockLength, bias + block * _block, block, y + block * _block);
        }
    }

    private int BlockLength => _rows * _length * _block;

    private void One(float* x, int rowStride, float* weights, float* bias, int block, float* output)
    {
        var results = stackalloc float[WideBlock];
        DirectKernels.One(x, _rows, _length, rowStride, weights, _block / 8, bias, _floor, results);
        Copy(results, output, Math.Min(_block, _filters - block * _block));
    }

    private static void Copy(float* from, float* to, int count) => Unsafe.CopyBlockUnaligned(to, from, (uint)(count * sizeof(float)));

    private float* Pad(float* input, float* padded)
    {
        var (row, border) = (_given.Width * _given.Channels, _padding.Width * _given.Channels);
        new Span<float>(padded, _input.Length).Clear();
        var to = padded + _padding.Height * _input.Width * _input.Channels + border;
        for (var y = 0; y < _given.Height; y++, input += row, to += row + 2 * border)
            Copy(input, to, row);
        return padded;
    }

    private float[] InBlocks(Tensor weight)
    {
        using var scope = NewDisposeScope();
        var count = (long)_rows * _length;
        var padded = zeros(Blocks * _block, count);
        padded.narrow(0, 0, _filters).copy_(weight.reshape(_filters, count));
        var blocks = padded.view(Blocks, _block, count).transpose(1, 2).contiguous(); // blocks × numbers × filters of the block
        var weights = Aligned((int)blocks.numel());
        blocks.data<float>().CopyTo(weights);
        return weights;
    }

    // In memory that does not move, so that nothing is copied when the collector runs.
    private static float[] Aligned(int length) => GC.AllocateArray<float>(length, pinned: true);
}
