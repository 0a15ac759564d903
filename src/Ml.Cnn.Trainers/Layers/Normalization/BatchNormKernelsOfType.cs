using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <inheritdoc/>
/// <remarks>
/// Rows go by in groups, and within a group block after block: memory is read in as many streams as the group has rows, and the numbers of a channel are
/// loaded once for the whole group.
/// </remarks>
internal sealed unsafe partial class BatchNormKernels<TNumbers, TVectors, TVector> : BatchNormKernels
    where TNumbers : struct, IChannelNumbers<TVector>
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    private const int GroupOfSums = 8;
    private const int GroupOfResults = 4; // as many rows are written, too

    public override int Block => 2 * TVectors.Count;

    public override int Size => TNumbers.Size;

    public override int Channel(ChannelBlocks blocks, int place) => blocks.First(place / Block) + TNumbers.Channel(place % Block);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Statistics(byte* x, long rows, ChannelBlocks blocks, float* means, float* squares)
    {
        var row = (nint)blocks.Channels * TNumbers.Size;
        var second = TVectors.Count;
        new Span<float>(means, blocks.Length).Clear();
        new Span<float>(squares, blocks.Length).Clear();
        long done = 0;
        for (; done + 8 <= rows; done += 8, x += 8 * row)
        {
            var share = TVectors.Create(8 / (float)(done + 8));
            var weight = TVectors.Create(8 * (float)done / (done + 8));
            for (var block = 0; block < blocks.Count; block++)
            {
                var from = x + blocks.First(block) * TNumbers.Size;
                var at = block * 2 * TVectors.Count;
                MergeEight(TNumbers.First(from), TNumbers.First(from + row), TNumbers.First(from + 2 * row), TNumbers.First(from + 3 * row),
                    TNumbers.First(from + 4 * row), TNumbers.First(from + 5 * row), TNumbers.First(from + 6 * row), TNumbers.First(from + 7 * row),
                    share, weight, means + at, squares + at);
                MergeEight(TNumbers.Second(from), TNumbers.Second(from + row), TNumbers.Second(from + 2 * row), TNumbers.Second(from + 3 * row),
                    TNumbers.Second(from + 4 * row), TNumbers.Second(from + 5 * row), TNumbers.Second(from + 6 * row), TNumbers.Second(from + 7 * row),
                    share, weight, means + at + second, squares + at + second);
            }
        }
        for (; done < rows; done++, x += row)
        {
            var share = TVectors.Create(1 / (float)(done + 1));
            var weight = TVectors.Create(done / (float)(done + 1));
            for (var block = 0; block < blocks.Count; block++)
            {
                var from = x + blocks.First(block) * TNumbers.Size;
                var at = block * 2 * TVectors.Count;
                Merge(TNumbers.First(from), TVectors.Create(0), share, weight, means + at, squares + at);
                Merge(TNumbers.Second(from), TVectors.Create(0), share, weight, means + at + second, squares + at + second);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Normalize(byte* x, byte* y, long rows, in NormalizedChannels channels)
    {
        var blocks = channels.Blocks;
        var row = (nint)blocks.Channels * TNumbers.Size;
        var (least, most) = (TVectors.Create(channels.Bounds.Least), TVectors.Create(channels.Bounds.Most));
        while (rows > 0)
        {
            var group = rows >= GroupOfResults ? GroupOfResults : 1;
            for (var block = 0; block < blocks.Count; block++)
            {
                var offset = (nint)blocks.First(block) * TNumbers.Size;
                int at = block * 2 * TVectors.Count, second = at + TVectors.Count;
                TVector mean = TVectors.Load(channels.Means + at), mean2 = TVectors.Load(channels.Means + second);
                TVector scale = TVectors.Load(channels.Scales + at), scale2 = TVectors.Load(channels.Scales + second);
                TVector shift = TVectors.Load(channels.Shifts + at), shift2 = TVectors.Load(channels.Shifts + second);
                byte* from = x + offset, to = y + offset;
                for (var i = 0; i < group; i++, from += row, to += row)
                {
                    var result = TVectors.MultiplyAdd(TVectors.Subtract(TNumbers.First(from), mean), scale, shift);
                    var result2 = TVectors.MultiplyAdd(TVectors.Subtract(TNumbers.Second(from), mean2), scale2, shift2);
                    TNumbers.Store(TVectors.AtMost(most, TVectors.AtLeast(least, result)), TVectors.AtMost(most, TVectors.AtLeast(least, result2)), to);
                }
            }
            rows -= group;
            x += group * row;
            y += group * row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Sum(byte* x, byte* gradient, long rows, in NormalizedChannels channels, float* sums, float* products)
    {
        var blocks = channels.Blocks;
        var row = (nint)blocks.Channels * TNumbers.Size;
        var (least, most) = (TVectors.Create(channels.Bounds.Least), TVectors.Create(channels.Bounds.Most));
        new Span<float>(sums, blocks.Length).Clear();
        new Span<float>(products, blocks.Length).Clear();
        while (rows > 0)
        {
            var group = rows >= GroupOfSums ? GroupOfSums : 1;
            for (var block = 0; block < blocks.Count; block++)
            {
                var offset = (nint)blocks.First(block) * TNumbers.Size;
                int at = block * 2 * TVectors.Count, second = at + TVectors.Count;
                TVector mean = TVectors.Load(channels.Means + at), mean2 = TVectors.Load(channels.Means + second);
                TVector scale = TVectors.Load(channels.Scales + at), scale2 = TVectors.Load(channels.Scales + second);
                TVector shift = TVectors.Load(channels.Shifts + at), shift2 = TVectors.Load(channels.Shifts + second);
                TVector sum = TVectors.Create(0), sum2 = sum, product = sum, product2 = sum; // the group's, which a chunk's are added up from
                byte* from = x + offset, by = gradient + offset;
                for (var i = 0; i < group; i++, from += row, by += row)
                {
                    var distance = TVectors.Subtract(TNumbers.First(from), mean);
                    var distance2 = TVectors.Subtract(TNumbers.Second(from), mean2);
                    var inside = TVectors.Inside(TVectors.MultiplyAdd(distance, scale, shift), least, most, TNumbers.First(by));
                    var inside2 = TVectors.Inside(TVectors.MultiplyAdd(distance2, scale2, shift2), least, most, TNumbers.Second(by));
                    sum = TVectors.Add(sum, inside);
                    sum2 = TVectors.Add(sum2, inside2);
                    product = TVectors.MultiplyAdd(inside, distance, product);
                    product2 = TVectors.MultiplyAdd(inside2, distance2, product2);
                }
                TVectors.Store(TVectors.Add(TVectors.Load(sums + at), sum), sums + at);
                TVectors.Store(TVectors.Add(TVectors.Load(sums + second), sum2), sums + second);
                TVectors.Store(TVectors.Add(TVectors.Load(products + at), product), products + at);
                TVectors.Store(TVectors.Add(TVectors.Load(products + second), product2), products + second);
            }
            rows -= group;
            x += group * row;
            gradient += group * row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Spread(byte* x, byte* gradient, byte* result, long rows, in NormalizedChannels channels, float* constants, float* slopes)
    {
        var blocks = channels.Blocks;
        var row = (nint)blocks.Channels * TNumbers.Size;
        var (least, most) = (TVectors.Create(channels.Bounds.Least), TVectors.Create(channels.Bounds.Most));
        while (rows > 0)
        {
            var group = rows >= GroupOfResults ? GroupOfResults : 1;
            for (var block = 0; block < blocks.Count; block++)
            {
                var offset = (nint)blocks.First(block) * TNumbers.Size;
                int at = block * 2 * TVectors.Count, second = at + TVectors.Count;
                TVector mean = TVectors.Load(channels.Means + at), mean2 = TVectors.Load(channels.Means + second);
                TVector scale = TVectors.Load(channels.Scales + at), scale2 = TVectors.Load(channels.Scales + second);
                TVector shift = TVectors.Load(channels.Shifts + at), shift2 = TVectors.Load(channels.Shifts + second);
                TVector constant = TVectors.Load(constants + at), constant2 = TVectors.Load(constants + second);
                TVector slope = TVectors.Load(slopes + at), slope2 = TVectors.Load(slopes + second);
                byte* from = x + offset, by = gradient + offset, to = result + offset;
                for (var i = 0; i < group; i++, from += row, by += row, to += row)
                {
                    var distance = TVectors.Subtract(TNumbers.First(from), mean);
                    var distance2 = TVectors.Subtract(TNumbers.Second(from), mean2);
                    var inside = TVectors.Inside(TVectors.MultiplyAdd(distance, scale, shift), least, most, TNumbers.First(by));
                    var inside2 = TVectors.Inside(TVectors.MultiplyAdd(distance2, scale2, shift2), least, most, TNumbers.Second(by));
                    TNumbers.Store(TVectors.MultiplyAdd(inside, scale, TVectors.MultiplyAdd(distance, slope, constant)),
                        TVectors.MultiplyAdd(inside2, scale2, TVectors.MultiplyAdd(distance2, slope2, constant2)), to);
                }
            }
            rows -= group;
            x += group * row;
            gradient += group * row;
            result += group * row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(int length, float* sums, float* more)
    {
        for (var i = 0; i < length; i += TVectors.Count)
            TVectors.Store(TVectors.Add(TVectors.Load(sums + i), TVectors.Load(more + i)), sums + i);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Merge(long count, long more, int length, float* means, float* squares, float* moreMeans, float* moreSquares)
    {
        var share = TVectors.Create((float)(more / (double)(count + more)));
        var weight = TVectors.Create((float)(more * (double)count / (count + more)));
        for (var i = 0; i < length; i += TVectors.Count)
            Merge(TVectors.Load(moreMeans + i), TVectors.Load(moreSquares + i), share, weight, means + i, squares + i);
    }

    // The mean of eight rows, and the distances from the mean, before the eight join those before them: no sum of squares loses what it is asked for.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MergeEight(TVector a, TVector b, TVector c, TVector d, TVector e, TVector f, TVector g, TVector h, TVector share, TVector weight,
        float* means, float* squares)
    {
        var left = TVectors.Add(TVectors.Add(a, b), TVectors.Add(c, d));
        var right = TVectors.Add(TVectors.Add(e, f), TVectors.Add(g, h));
        var mean = TVectors.Multiply(TVectors.Add(left, right), TVectors.Create(0.125f));
        (a, b, c, d) = (TVectors.Subtract(a, mean), TVectors.Subtract(b, mean), TVectors.Subtract(c, mean), TVectors.Subtract(d, mean));
        (e, f, g, h) = (TVectors.Subtract(e, mean), TVectors.Subtract(f, mean), TVectors.Subtract(g, mean), TVectors.Subtract(h, mean));
        left = TVectors.MultiplyAdd(d, d, TVectors.MultiplyAdd(c, c, TVectors.MultiplyAdd(b, b, TVectors.Multiply(a, a))));
        right = TVectors.MultiplyAdd(h, h, TVectors.MultiplyAdd(g, g, TVectors.MultiplyAdd(f, f, TVectors.Multiply(e, e))));
        Merge(mean, TVectors.Add(left, right), share, weight, means, squares);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Merge(TVector mean, TVector square, TVector share, TVector weight, float* means, float* squares)
    {
        var before = TVectors.Load(means);
        var distance = TVectors.Subtract(mean, before);
        TVectors.Store(TVectors.MultiplyAdd(distance, share, before), means);
        TVectors.Store(TVectors.MultiplyAdd(TVectors.Multiply(distance, distance), weight, TVectors.Add(TVectors.Load(squares), square)), squares);
    }
}
