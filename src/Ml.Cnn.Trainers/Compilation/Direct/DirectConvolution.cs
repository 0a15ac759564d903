namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>A convolution with filters over all channels, or a linear layer: a convolution of one pixel.</summary>
/// <param name="vectors">The kernels.</param>
/// <param name="input">Its input, with a border as wide as the padding.</param>
/// <param name="weights">The filters, as <see cref="Windows"/> puts their numbers.</param>
/// <param name="geometry">Its window.</param>
/// <param name="output">Its output.</param>
/// <param name="finish">The activation.</param>
/// <param name="addend">What is added before the activation; null for nothing.</param>
/// <param name="factors">What each channel of the input is multiplied by, before filters of one pixel; null for 1.</param>
internal sealed unsafe class DirectConvolution(DirectVectors vectors, DirectValue input, PackedWeights weights, Geometry geometry, DirectValue output,
    Finish finish, DirectValue? addend, DirectValue? factors) : DirectStep
{
    private const int PositionsAtOnce = 32; // whose sums are finished while they are in the first-level cache
    private const int FewPositions = 128;   // where threads share filters, so that each reads a part of the weights alone
    private const int ItemsPerThread = 4;
    private const long WorthAnItem = 100_000; // multiply-adds, some 2 µs

    private readonly bool _isFlat = geometry.IsPointwise && input.Border == 0 && output.Border == 0 && (addend is null || addend.Border == 0);

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => new[] { input, addend, factors }.OfType<DirectValue>();

    public override long Scratch => factors is null ? 0 : Math.Max(PositionsAtOnce, output.Width) * (long)input.Pixel;

    public override long WeightBytes => weights.Bytes;

    private bool SharesFilters => _isFlat && output.Pixels < FewPositions;

    public override int Items(int threads)
    {
        var worth = Math.Max(1, output.Pixels * (long)weights.Filters * weights.Numbers / WorthAnItem);
        var parts = SharesFilters ? weights.Blocks.Length : _isFlat ? (output.Pixels + 7) / 8 : output.Height;
        return threads == 1 ? 1 : (int)Math.Min(worth, Math.Min(parts, ItemsPerThread * threads));
    }

    public override void Run(int item, int items, in StepPlace place)
    {
        var blocks = weights.Blocks.Length;
        if (SharesFilters)
        {
            var (first, end) = Share(item, items, blocks);
            Flat(0, output.Pixels, first, end, place);
        }
        else if (_isFlat)
        {
            var (first, end) = Share(item, items, output.Pixels, unit: 8);
            Flat(first, end, 0, blocks, place);
        }
        else
        {
            var (first, end) = Share(item, items, output.Height);
            var window = Windows.Of(input, weights, geometry);
            for (var y = first; y < end; y++)
                Row(window, y, place);
        }
    }

    // Positions that lie side by side in input and output.
    private void Flat(int first, int end, int firstBlock, int endBlock, in StepPlace place)
    {
        // Where filters are shared, their weights are read once; and what needs no second look need not stay in the cache.
        var atOnce = SharesFilters || (!NeedsMore && factors is null) ? end - first : PositionsAtOnce;
        for (var position = first; position < end; position += atOnce)
        {
            var count = Math.Min(atOnce, end - position);
            var x = input.At(place.Memory, 0) + (nint)position * input.Pixel;
            var y = output.At(place.Memory, 0) + (nint)position * output.Pixel;
            if (factors is not null)
            {
                vectors.Scale(x, factors.At(place.Memory, 0), input.Pixel, count, place.Scratch);
                x = place.Scratch;
            }
            var window = new TileInput(input.Pixel, 1, weights.Numbers, 0);
            vectors.Multiply(window, x, count, weights, firstBlock, endBlock, new((nint)y, output.Pixel, count, 0), Bounds);
            var filter = weights.FirstFilter(firstBlock);
            var length = weights.FirstFilter(endBlock) - filter;
            if (length == output.Pixel)
                Complete(y, addend is null ? null : addend.At(place.Memory, 0) + (nint)position * addend.Pixel, count * length);
            else if (NeedsMore)
            {
                for (var i = 0; i < count; i++)
                {
                    var added = addend is null ? null : addend.At(place.Memory, 0) + (nint)(position + i) * addend.Pixel + filter;
                    Complete(y + (nint)i * output.Pixel + filter, added, length);
                }
            }
        }
    }

    private void Row(in TileInput window, int row, in StepPlace place)
    {
        var x = input.At(place.Memory, row * geometry.Stride.Height - geometry.Padding.Height, -geometry.Padding.Width);
        var y = output.At(place.Memory, row);
        if (factors is not null)
        {
            vectors.Scale(x, factors.At(place.Memory, 0), input.Pixel, input.Width, place.Scratch);
            x = place.Scratch;
        }
        vectors.Multiply(window, x, output.Width, weights, 0, weights.Blocks.Length, new((nint)y, output.Pixel, output.Width, 0), Bounds);
        Complete(y, addend is null ? null : addend.At(place.Memory, row), output.Width * (nint)output.Pixel);
    }

    private bool NeedsMore => addend is not null || finish.Curve is not null;

    // With an addend, the sum is bounded and not what is added to.
    private Finish Bounds => addend is null ? finish : Finish.None;

    private void Complete(float* y, float* added, nint count)
    {
        if (added is not null)
            vectors.Add(y, added, count, finish);
        if (finish.Curve is not null)
            vectors.Apply(finish.Curve, y, count);
    }
}
