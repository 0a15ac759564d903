namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>A convolution before or after a depthwise one, as a part of a <see cref="DirectBlock"/>.</summary>
/// <param name="Weights">Its filters.</param>
/// <param name="Geometry">Its window; a pixel behind the depthwise one.</param>
/// <param name="Finish">The activation.</param>
internal sealed record BlockProduct(PackedWeights Weights, Geometry Geometry, Finish Finish);

/// <summary>
/// A depthwise convolution, with the convolution that makes its input and the one that takes its output where there are such: an inverted residual
/// (Sandler et al. 2018, "MobileNetV2", section 3.3). The map between, which is the largest, is never whole in memory: its rows, or where maps are small
/// its channels, are made, used and forgotten while they are in a core's caches.
/// </summary>
/// <param name="vectors">The kernels.</param>
/// <param name="input">The block's input, with the border that its first convolution needs.</param>
/// <param name="expansion">The convolution before; null where the block begins with the depthwise one.</param>
/// <param name="inner">The size of the depthwise convolution's input.</param>
/// <param name="depthwise">Its filters.</param>
/// <param name="geometry">Its window.</param>
/// <param name="finish">Its activation.</param>
/// <param name="projection">The convolution behind; null where the depthwise convolution's output is the block's.</param>
/// <param name="addend">What is added to the projection; null for nothing.</param>
/// <param name="output">The block's output.</param>
/// <param name="sums">Takes the sum over each row of the depthwise convolution's output, for a mean; or null.</param>
internal sealed unsafe class DirectBlock(DirectVectors vectors, DirectValue input, BlockProduct? expansion, MapSize inner, DepthwiseWeights depthwise,
    Geometry geometry, Finish finish, BlockProduct? projection, DirectValue? addend, DirectValue output, DirectValue? sums) : DirectStep
{
    private const int SmallMap = 28 * 28; // of which a few channels fit the first- or the second-level cache
    private const int LargestBlock = 3;   // vectors
    private const int ItemsPerThread = 6;

    private readonly int _height = (inner.Height + 2 * geometry.Padding.Height - geometry.Kernel.Height) / geometry.Stride.Height + 1;
    private readonly int _width = (inner.Width + 2 * geometry.Padding.Width - geometry.Kernel.Width) / geometry.Stride.Width + 1;

    // Threads share channels, and each makes all positions of its own; else they share rows.
    private readonly bool _sharesChannels = projection is null && inner.Height * inner.Width <= SmallMap
        && (expansion is null || (expansion.Geometry.IsPointwise && input.Border == 0));

    public override DirectValue Output => output;

    public override IEnumerable<DirectValue> Inputs => new[] { input, addend }.OfType<DirectValue>();

    public override IEnumerable<DirectValue> Others => sums is null ? [] : [sums];

    public override long Scratch => RowsHeld * RowLength(LargestChannels) + (long)_width * LargestChannels;

    public override long WeightBytes => (expansion?.Weights.Bytes ?? 0) + depthwise.Bytes + (projection?.Weights.Bytes ?? 0);

    // Vectors of channels, in those groups in which the expansion's filters lie.
    private int Groups => expansion?.Weights.Blocks.Length ?? (depthwise.Vectors + LargestBlock - 1) / LargestBlock;

    private int LargestChannels => (_sharesChannels ? Math.Min(LargestBlock, depthwise.Vectors) : depthwise.Vectors) * vectors.Width;

    private long RowsHeld => expansion is null ? 0 : _sharesChannels ? inner.Height : geometry.Kernel.Height;

    public override int Items(int threads) => threads == 1 ? 1
        : _sharesChannels ? Math.Min(Groups, ItemsPerThread * threads)
        : Math.Min(_height, threads); // where two parts meet, some rows of the expansion are made twice

    public override void Run(int item, int items, in StepPlace place)
    {
        if (!_sharesChannels)
        {
            var (first, end) = Share(item, items, _height);
            Rows(first, end, new(0, depthwise.Vectors), isWhole: false, place);
            return;
        }
        var (firstGroup, endGroup) = Share(item, items, Groups);
        for (var group = firstGroup; group < endGroup; group++)
        {
            var channels = expansion is not null ? new Channels(expansion.Weights.Blocks[group].FirstVector, expansion.Weights.Blocks[group].Vectors)
                : new(group * LargestBlock, Math.Min(LargestBlock, depthwise.Vectors - group * LargestBlock));
            if (expansion is not null)
                Expand(group, channels, place);
            Rows(0, _height, channels, isWhole: true, place);
        }
    }

    /// <summary>Some vectors of the inner map's channels.</summary>
    private readonly record struct Channels(int First, int Count);

    private nint RowLength(int channels) => (inner.Width + 2 * geometry.Padding.Width) * (nint)channels;

    // All rows of a group of channels.
    private void Expand(int group, Channels channels, in StepPlace place)
    {
        var length = channels.Count * vectors.Width;
        var border = geometry.Padding.Width * length;
        for (var row = 0; row < inner.Height; row++)
            ClearBorders(place.Scratch + row * RowLength(length), length);
        var first = place.Scratch + border - expansion!.Weights.FirstFilter(group);
        var to = new TileOutput((nint)first, length, inner.Width, 2 * border);
        vectors.Multiply(new(input.Pixel, 1, expansion.Weights.Numbers, 0), input.At(place.Memory, 0), inner.Height * inner.Width, expansion.Weights, group,
            group + 1, to, expansion.Finish);
        if (expansion.Finish.Curve is not { } curve)
            return;
        for (var row = 0; row < inner.Height; row++)
            vectors.Apply(curve, place.Scratch + row * RowLength(length) + border, (nint)inner.Width * length);
    }

    // Some rows of the depthwise convolution, with what is done before and after.
    private void Rows(int first, int end, Channels channels, bool isWhole, in StepPlace place)
    {
        var length = channels.Count * vectors.Width;
        var kernel = geometry.Kernel;
        var made = Math.Max(0, first * geometry.Stride.Height - geometry.Padding.Height); // rows of the expansion
        if (expansion is not null && !isWhole)
        {
            for (var row = 0; row < kernel.Height; row++)
                ClearBorders(place.Scratch + row * RowLength(length), length);
        }
        var pointers = stackalloc float*[kernel.Height];
        for (var y = first; y < end; y++)
        {
            var top = y * geometry.Stride.Height - geometry.Padding.Height;
            var (firstRow, endRow) = (Math.Max(0, -top), Math.Min(kernel.Height, inner.Height - top));
            for (var row = firstRow; row < endRow; row++)
                pointers[row] = expansion is null ? input.At(place.Memory, top + row, -geometry.Padding.Width) + channels.First * vectors.Width
                    : place.Scratch + (isWhole ? top + row : (top + row) % kernel.Height) * RowLength(length);
            for (; expansion is not null && !isWhole && made < top + endRow; made++)
                ExpandRow(made, place.Scratch + made % kernel.Height * RowLength(length) + geometry.Padding.Width * (nint)length, place);
            var pixel = expansion is null ? input.Pixel : length;
            var window = new Window(pixel, (nint)geometry.Stride.Width * pixel, kernel.Width, firstRow, endRow,
                depthwise.Skipped(firstRow + kernel.Height - endRow));
            Row(window, pointers, y, channels, place);
        }
    }

    private void ExpandRow(int row, float* to, in StepPlace place)
    {
        var (weights, window) = (expansion!.Weights, expansion.Geometry);
        var x = input.At(place.Memory, row * window.Stride.Height - window.Padding.Height, -window.Padding.Width);
        vectors.Multiply(Windows.Of(input, weights, window), x, inner.Width, weights, 0, weights.Blocks.Length,
            new((nint)to, weights.PaddedFilters, inner.Width, 0), expansion.Finish);
        if (expansion.Finish.Curve is { } curve)
            vectors.Apply(curve, to, (nint)inner.Width * weights.PaddedFilters);
    }

    private void Row(in Window window, float** rows, int y, Channels channels, in StepPlace place)
    {
        var length = channels.Count * vectors.Width;
        var own = place.Scratch + RowsHeld * RowLength(length);
        var final = output.At(place.Memory, y) + channels.First * vectors.Width;
        var isDirect = projection is null && (finish.Curve is null || length == output.Pixel);
        var to = isDirect ? final : own;
        var step = isDirect ? output.Pixel : length;
        vectors.Depthwise(window, rows, depthwise.Of(channels.First, window.FirstRow), depthwise.Bias(channels.First), channels.Count, to, step, _width,
            finish);
        if (finish.Curve is not null)
            vectors.Apply(finish.Curve, to, (nint)_width * length);
        if (sums is not null)
            vectors.Sum(to, step, _width, length, 1, sums.At(place.Memory, y) + channels.First * vectors.Width);
        if (projection is not null)
            Project(own, y, place);
        else if (!isDirect)
        {
            for (var x = 0; x < _width; x++)
                new ReadOnlySpan<float>(own + x * length, length).CopyTo(new(final + x * (nint)output.Pixel, length));
        }
    }

    private void Project(float* row, int y, in StepPlace place)
    {
        var weights = projection!.Weights;
        var to = output.At(place.Memory, y);
        vectors.Multiply(new(depthwise.Vectors * vectors.Width, 1, weights.Numbers, 0), row, _width, weights, 0, weights.Blocks.Length,
            new((nint)to, output.Pixel, _width, 0), addend is null ? projection.Finish : Finish.None);
        var count = _width * (nint)output.Pixel;
        if (addend is not null)
            vectors.Add(to, addend.At(place.Memory, y), count, projection.Finish);
        if (projection.Finish.Curve is { } curve)
            vectors.Apply(curve, to, count);
    }

    private void ClearBorders(float* row, int channels)
    {
        var border = geometry.Padding.Width * channels;
        new Span<float>(row, border).Clear();
        new Span<float>(row + RowLength(channels) - border, border).Clear();
    }
}
