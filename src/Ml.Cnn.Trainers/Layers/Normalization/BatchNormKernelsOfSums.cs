using System.Runtime.CompilerServices;

namespace Ml.Cnn.Trainers.Layers.Normalization;

// With an addend: batch normalization as the last step of a residual block.
internal sealed unsafe partial class BatchNormKernels<TNumbers, TVectors, TVector>
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void NormalizeAndAdd(byte* x, byte* addend, byte* y, long rows, in NormalizedChannels channels)
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
                byte* from = x + offset, more = addend + offset, to = y + offset;
                for (var i = 0; i < group; i++, from += row, more += row, to += row)
                {
                    var result = TVectors.MultiplyAdd(TVectors.Subtract(TNumbers.First(from), mean), scale, shift);
                    var result2 = TVectors.MultiplyAdd(TVectors.Subtract(TNumbers.Second(from), mean2), scale2, shift2);
                    (result, result2) = (TVectors.Add(result, TNumbers.First(more)), TVectors.Add(result2, TNumbers.Second(more)));
                    TNumbers.Store(TVectors.AtMost(most, TVectors.AtLeast(least, result)), TVectors.AtMost(most, TVectors.AtLeast(least, result2)), to);
                }
            }
            rows -= group;
            x += group * row;
            addend += group * row;
            y += group * row;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void SumInside(byte* x, byte* y, byte* gradient, byte* inside, long rows, in NormalizedChannels channels, float* sums, float* products)
    {
        var blocks = channels.Blocks;
        var row = (nint)blocks.Channels * TNumbers.Size;
        var (least, most) = (TVectors.Create(channels.Bounds.Least), TVectors.Create(channels.Bounds.Most));
        new Span<float>(sums, blocks.Length).Clear();
        new Span<float>(products, blocks.Length).Clear();
        while (rows > 0)
        {
            var group = rows >= GroupOfResults ? GroupOfResults : 1;
            for (var block = 0; block < blocks.Count; block++)
            {
                var offset = (nint)blocks.First(block) * TNumbers.Size;
                int at = block * 2 * TVectors.Count, second = at + TVectors.Count;
                TVector mean = TVectors.Load(channels.Means + at), mean2 = TVectors.Load(channels.Means + second);
                TVector sum = TVectors.Create(0), sum2 = sum, product = sum, product2 = sum;
                byte* from = x + offset, result = y + offset, by = gradient + offset, to = inside + offset;
                for (var i = 0; i < group; i++, from += row, result += row, by += row, to += row)
                {
                    var kept = TVectors.Inside(TNumbers.First(result), least, most, TNumbers.First(by));
                    var kept2 = TVectors.Inside(TNumbers.Second(result), least, most, TNumbers.Second(by));
                    TNumbers.Store(kept, kept2, to);
                    sum = TVectors.Add(sum, kept);
                    sum2 = TVectors.Add(sum2, kept2);
                    product = TVectors.MultiplyAdd(kept, TVectors.Subtract(TNumbers.First(from), mean), product);
                    product2 = TVectors.MultiplyAdd(kept2, TVectors.Subtract(TNumbers.Second(from), mean2), product2);
                }
                TVectors.Store(TVectors.Add(TVectors.Load(sums + at), sum), sums + at);
                TVectors.Store(TVectors.Add(TVectors.Load(sums + second), sum2), sums + second);
                TVectors.Store(TVectors.Add(TVectors.Load(products + at), product), products + at);
                TVectors.Store(TVectors.Add(TVectors.Load(products + second), product2), products + second);
            }
            rows -= group;
            x += group * row;
            y += group * row;
            gradient += group * row;
            inside += group * row;
        }
    }
}
