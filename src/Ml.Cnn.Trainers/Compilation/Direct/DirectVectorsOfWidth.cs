using Ml.Cnn.Trainers.Vectors;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <inheritdoc/>
internal sealed unsafe class DirectVectors<TVectors, TVector> : DirectVectors
    where TVectors : struct, IVectors<TVector>
    where TVector : struct
{
    // Weights up to here stay in the second-level cache while all positions pass by.
    private const long FewWeights = 256 << 10;

    private const int LargestTile = 8;
    private const int LargestBlock = 3; // vectors

    public override int Width => TVectors.Count;

    private static int Tile => TVectors.HasManyRegisters ? 8 : 4;

    public override void Multiply(in TileInput input, float* x, int positions, PackedWeights weights, int firstBlock, int endBlock, in TileOutput to,
        in Finish finish)
    {
        var bytes = (weights.FirstFilter(endBlock) - weights.FirstFilter(firstBlock)) * (long)weights.Numbers * sizeof(float);
        if (bytes <= FewWeights)
        {
            for (var position = 0; position < positions;)
            {
                var count = TileFor(positions - position);
                for (var block = firstBlock; block < endBlock; block++)
                    Multiply(count, input, x, position, weights, block, to, finish);
                position += count;
            }
            return;
        }
        for (var block = firstBlock; block < endBlock; block++)
        {
            for (var position = 0; position < positions;)
            {
                var count = TileFor(positions - position);
                Multiply(count, input, x, position, weights, block, to, finish);
                position += count;
            }
        }
    }

    public override void Depthwise(in Window window, float** rows, float* weights, float* bias, int vectors, float* y, nint yStep, int positions,
        in Finish finish)
    {
        var (floor, ceiling) = (finish.Floor, finish.Ceiling);
        var position = 0;
        while (position < positions)
        {
            var left = positions - position;
            // A tile may cover positions of the one before, which it computes once more.
            var count = left >= 8 || (left > 4 && positions >= 8) ? 8 : positions >= 4 ? 4 : 1;
            var first = Math.Min(position, positions - count);
            var offset = first * window.Step;
            var to = y + first * yStep;
            if (count == 8)
                DepthwiseKernels<TVectors, TVector>.Eight(window, rows, offset, weights, bias, vectors, to, yStep, floor, ceiling);
            else if (count == 4)
                DepthwiseKernels<TVectors, TVector>.Four(window, rows, offset, weights, bias, vectors, to, yStep, floor, ceiling);
            else
                DepthwiseKernels<TVectors, TVector>.One(window, rows, offset, weights, bias, vectors, to, yStep, floor, ceiling);
            position = first + count;
        }
    }

    public override void Apply(string curve, float* numbers, nint count) => CurveKernels<TVectors, TVector>.Apply(curve, numbers, count);

    public override void Add(float* numbers, float* addend, nint count, in Finish finish) =>
        CurveKernels<TVectors, TVector>.Add(numbers, addend, count, finish.Floor, finish.Ceiling);

    public override void Scale(float* from, float* factors, nint channels, nint pixels, float* to) =>
        CurveKernels<TVectors, TVector>.Scale(from, factors, channels, pixels, to);

    public override void Sum(float* from, nint pixel, nint pixels, nint channels, float factor, float* to) =>
        CurveKernels<TVectors, TVector>.Sum(from, pixel, pixels, channels, factor, to);

    public override void Maximum(float* from, nint pixel, nint row, int height, int width, nint channels, float* to) =>
        CurveKernels<TVectors, TVector>.Maximum(from, pixel, row, height, width, channels, to);

    private static int TileFor(int left) => left >= Tile ? Tile : left >= 4 ? 4 : 1;

    private static void Multiply(int count, in TileInput input, float* x, int position, PackedWeights weights, int block, in TileOutput to,
        in Finish finish)
    {
        var chosen = weights.Blocks[block];
        var first = chosen.FirstVector * TVectors.Count;
        float* from = x + position * input.Step, w = weights.Of(chosen), bias = weights.Bias + first;
        if (to.IsOneRow(position, count))
        {
            Multiply(count, chosen.Vectors, input, from, w, bias, to.At(position) + first, to.Step, finish);
            return;
        }
        // A tile that goes on in the next row: by way of memory of its own.
        var sums = stackalloc float[LargestTile * LargestBlock * TVectors.Count];
        var length = chosen.Vectors * TVectors.Count;
        Multiply(count, chosen.Vectors, input, from, w, bias, sums, length, finish);
        for (var i = 0; i < count; i++)
        {
            var y = to.At(position + i) + first;
            for (var j = 0; j < length; j += TVectors.Count)
                TVectors.Store(TVectors.Load(sums + i * length + j), y + j);
        }
    }

    private static void Multiply(int positions, int vectors, in TileInput input, float* x, float* weights, float* bias, float* y, nint yStep,
        in Finish finish)
    {
        var (floor, ceiling) = (finish.Floor, finish.Ceiling);
        switch (positions, vectors)
        {
            case (8, 3):
                EightPositions<TVectors, TVector>.ByThree(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (8, 2):
                EightPositions<TVectors, TVector>.ByTwo(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (8, _):
                EightPositions<TVectors, TVector>.ByOne(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (4, 3):
                FourPositions<TVectors, TVector>.ByThree(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (4, 2):
                FourPositions<TVectors, TVector>.ByTwo(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (4, _):
                FourPositions<TVectors, TVector>.ByOne(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (_, 3):
                OnePosition<TVectors, TVector>.ByThree(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            case (_, 2):
                OnePosition<TVectors, TVector>.ByTwo(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
            default:
                OnePosition<TVectors, TVector>.ByOne(input, x, weights, bias, y, yStep, floor, ceiling);
                break;
        }
    }
}
