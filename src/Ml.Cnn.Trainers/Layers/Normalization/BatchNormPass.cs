using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>
/// Batch normalization of one batch and bounds on the result (Ioffe and Szegedy 2015, algorithm 1 and the equations after it): y = bounded((x − μ) · s + β)
/// with s = γ / √(σ² + ε). Forward goes over memory three times, twice reading x and once writing y, and backward
/// five times; both compute in float32.
/// </summary>
/// <remarks>The bounds are found anew from x on the way back, so that y is not kept for it.</remarks>
internal sealed unsafe class BatchNormPass
{
    private readonly BatchNormKernels _kernels;
    private readonly ChannelRows _rows;
    private readonly ChannelBlocks _blocks;
    private readonly Bounds _bounds;
    private readonly float[] _means, _squares; // by place: of the batch's values, and the sums of squared distances from the means
    private readonly float[] _inverseDeviations, _scales, _shifts; // 1 / √(σ² + ε), s and β

    /// <param name="kernels">For the type of x.</param>
    /// <param name="rows">The shape of x.</param>
    /// <param name="bounds">On the result.</param>
    public BatchNormPass(BatchNormKernels kernels, ChannelRows rows, Bounds bounds)
    {
        (_kernels, _rows, _blocks, _bounds) = (kernels, rows, new(rows.Channels, kernels.Block), bounds);
        _means = new float[_blocks.Length];
        _squares = new float[_blocks.Length];
        _inverseDeviations = new float[_blocks.Length];
        _scales = new float[_blocks.Length];
        _shifts = new float[_blocks.Length];
    }

    private int Length => _blocks.Length;

    /// <summary>Takes the statistics of a batch.</summary>
    /// <param name="x">Its address.</param>
    public void Measure(nint x)
    {
        using var sums = new ChunkSums(_rows.Chunks, 2 * Length);
        _rows.ForEachChunk(chunk => _kernels.Statistics(Row(x, chunk), _rows.RowsOf(chunk), _blocks, sums.Of(chunk), sums.Of(chunk) + Length));
        fixed (float* means = _means, squares = _squares)
        {
            for (var chunk = 0; chunk < _rows.Chunks; chunk++)
                _kernels.Merge(_rows.First(chunk), _rows.RowsOf(chunk), Length, means, squares, sums.Of(chunk), sums.Of(chunk) + Length);
        }
    }

    /// <summary>Moves running statistics towards the batch's.</summary>
    /// <param name="means">By channel.</param>
    /// <param name="variances">By channel, unbiased.</param>
    /// <param name="momentum">The batch's share.</param>
    public void Follow(Span<float> means, Span<float> variances, double momentum)
    {
        float[] batchMeans = new float[_rows.Channels], batchSquares = new float[_rows.Channels];
        for (var place = 0; place < Length; place++)
        {
            var channel = _kernels.Channel(_blocks, place); // some have two places
            (batchMeans[channel], batchSquares[channel]) = (_means[place], _squares[place]);
        }
        for (var channel = 0; channel < _rows.Channels; channel++)
        {
            means[channel] = (float)(momentum * batchMeans[channel] + (1 - momentum) * means[channel]);
            variances[channel] = (float)(momentum * (batchSquares[channel] / (double)(_rows.Count - 1)) + (1 - momentum) * variances[channel]);
        }
    }

    /// <summary>Normalizes the batch.</summary>
    /// <param name="x">Its address.</param>
    /// <param name="addend">What is added to the result before it is bounded; 0: nothing.</param>
    /// <param name="y">Takes the result.</param>
    /// <param name="weight">γ, by channel.</param>
    /// <param name="bias">β, by channel.</param>
    /// <param name="epsilon">ε.</param>
    public void Normalize(nint x, nint addend, nint y, ReadOnlySpan<float> weight, ReadOnlySpan<float> bias, double epsilon)
    {
        for (var place = 0; place < Length; place++)
        {
            var channel = _kernels.Channel(_blocks, place);
            var inverse = 1 / Math.Sqrt(_squares[place] / (double)_rows.Count + epsilon);
            (_inverseDeviations[place], _scales[place], _shifts[place]) = ((float)inverse, (float)(inverse * weight[channel]), bias[channel]);
        }
        fixed (float* means = _means, scales = _scales, shifts = _shifts)
        {
            var channels = new NormalizedChannels(_blocks, _bounds, means, scales, shifts);
            _rows.ForEachChunk(chunk =>
            {
                if (addend == 0)
                    _kernels.Normalize(Row(x, chunk), Row(y, chunk), _rows.RowsOf(chunk), channels);
                else
                    _kernels.NormalizeAndAdd(Row(x, chunk), Row(addend, chunk), Row(y, chunk), _rows.RowsOf(chunk), channels);
            });
        }
    }

    /// <summary>The gradients.</summary>
    /// <param name="x">The batch's address.</param>
    /// <param name="gradient">The loss by y.</param>
    /// <param name="y">The result, where something was added to it; 0: nothing was.</param>
    /// <param name="inside">With an addend: takes the loss by it.</param>
    /// <param name="result">Takes the loss by x; 0: nobody wants it.</param>
    /// <param name="weight">Takes the loss by γ, by channel.</param>
    /// <param name="bias">Takes the loss by β, by channel.</param>
    public void Backward(nint x, nint gradient, nint y, nint inside, nint result, Span<float> weight, Span<float> bias)
    {
        using var sums = new ChunkSums(_rows.Chunks, 2 * Length); // of the gradient, and of its products with x − μ
        fixed (float* means = _means, scales = _scales, shifts = _shifts)
        {
            var channels = new NormalizedChannels(_blocks, _bounds, means, scales, shifts);
            _rows.ForEachChunk(chunk =>
            {
                float* chunkSums = sums.Of(chunk), chunkProducts = chunkSums + Length;
                if (y == 0)
                    _kernels.Sum(Row(x, chunk), Row(gradient, chunk), _rows.RowsOf(chunk), channels, chunkSums, chunkProducts);
                else
                    _kernels.SumInside(Row(x, chunk), Row(y, chunk), Row(gradient, chunk), Row(inside, chunk), _rows.RowsOf(chunk), channels, chunkSums,
                        chunkProducts);
            });
            float* all = sums.Of(0), products = all + Length;
            for (var chunk = 1; chunk < _rows.Chunks; chunk++)
                _kernels.Add(2 * Length, all, sums.Of(chunk));
            for (var place = 0; place < Length; place++)
            {
                var channel = _kernels.Channel(_blocks, place);
                (bias[channel], weight[channel]) = (all[place], products[place] * _inverseDeviations[place]);
            }
            if (result == 0)
                return;
            for (var place = 0; place < Length; place++)
            {
                var scale = -_scales[place] / (double)_rows.Count;
                var inverse = (double)_inverseDeviations[place];
                all[place] = (float)(scale * all[place]);
                products[place] = (float)(scale * inverse * inverse * products[place]);
            }
            if (y != 0)
                (gradient, channels) = (inside, new(_blocks, Bounds.None, means, scales, shifts));
            _rows.ForEachChunk(chunk => _kernels.Spread(Row(x, chunk), Row(gradient, chunk), Row(result, chunk), _rows.RowsOf(chunk), channels,
                sums.Of(0), sums.Of(0) + Length));
        }
    }

    private byte* Row(nint start, int chunk) => (byte*)start + _rows.First(chunk) * _rows.Channels * _kernels.Size;

    /// <summary>Numbers of each chunk, in memory that does not move and that the garbage collector has nothing to do with.</summary>
    private sealed class ChunkSums(int chunks, int length) : IDisposable
    {
        private readonly float* _sums = (float*)NativeMemory.AlignedAlloc((nuint)((long)chunks * length * sizeof(float)), 64);

        public float* Of(int chunk) => _sums + (nint)chunk * length;

        public void Dispose() => NativeMemory.AlignedFree(_sums);
    }
}
