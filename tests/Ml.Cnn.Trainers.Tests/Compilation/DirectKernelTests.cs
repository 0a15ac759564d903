using Ml.Cnn.Trainers.Compilation.Direct;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Compilation;

/// <summary>Kernels of every width that this processor has give what a plain loop gives, for sizes that fill no vector.</summary>
[TestClass]
public sealed unsafe class DirectKernelTests
{
    private const float Untouched = 1234.5f;

    public static IEnumerable<object[]> Widths() => DirectVectors.All.Select(vectors => new object[] { vectors.Width });

    /// <summary>Protects every convolution of one pixel and every linear layer: all tiles and blocks, and output whose rows have gaps.</summary>
    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void A_product_is_that_of_a_plain_loop(int width)
    {
        var (vectors, random) = (Of(width), Seeded());
        for (var trial = 0; trial < 200; trial++)
        {
            using var scope = NewDisposeScope();
            var (positions, rows, length, filters) = (random.Next(1, 40), random.Next(1, 4), random.Next(1, 30), random.Next(1, 9 * width));
            var (step, rowStep) = (random.Next(1, 40), random.Next(length, 50));
            var (weight, bias) = (randn(filters, rows * length), random.Next(2) == 0 ? null : randn(filters));
            var packed = new PackedWeights(weight, bias, width);
            var x = Numbers(random, positions * step + rows * rowStep + length);
            var (rowLength, gap) = (random.Next(1, positions + 1), random.Next(3) * width);
            var yStep = packed.PaddedFilters + random.Next(2) * width;
            var y = new float[positions * yStep + (positions / rowLength + 1) * gap];
            Array.Fill(y, Untouched);
            var finish = Finish.None with { Floor = -2 };
            fixed (float* from = x, to = y)
            {
                var output = new TileOutput((nint)to, yStep, rowLength, gap);
                vectors.Multiply(new(step, rows, length, rowStep), from, positions, packed, 0, packed.Blocks.Length, output, finish);
            }
            var (w, b) = (weight.data<float>().ToArray(), bias?.data<float>().ToArray());
            var written = 0;
            for (var position = 0; position < positions; position++)
            {
                var at = position * yStep + position / rowLength * gap;
                for (var filter = 0; filter < filters; filter++)
                {
                    double sum = b?[filter] ?? 0;
                    for (var i = 0; i < rows * length; i++)
                        sum += x[position * step + i / length * rowStep + i % length] * (double)w[filter * rows * length + i];
                    Assert.AreEqual(Math.Max(sum, -2), y[at + filter], 1e-4, $"trial {trial}, position {position}, filter {filter}");
                }
                written += packed.PaddedFilters;
            }
            Assert.AreEqual(y.Length - written, y.Count(number => number == Untouched), $"trial {trial}: only the output's numbers are written");
        }
    }

    /// <summary>Protects depthwise convolutions: windows and strides of all kinds, rows shorter than a tile, and rows of the window outside the map.</summary>
    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void A_depthwise_row_is_that_of_a_plain_loop(int width)
    {
        var (vectors, random) = (Of(width), Seeded());
        var rows = stackalloc float*[5];
        for (var trial = 0; trial < 200; trial++)
        {
            using var scope = NewDisposeScope();
            var (positions, stride, channels) = (random.Next(1, 30), random.Next(1, 4), random.Next(1, 5 * width));
            var kernel = new Size2d(random.Next(1, 6), random.Next(1, 6));
            var (weight, bias) = (randn(channels, 1, kernel.Height, kernel.Width), randn(channels));
            var packed = new DepthwiseWeights(weight, bias, width);
            var pixel = packed.Vectors * width;
            var pixels = (positions - 1) * stride + kernel.Width;
            var x = Numbers(random, kernel.Height * pixels * pixel);
            var firstRow = random.Next(kernel.Height);
            var endRow = random.Next(firstRow + 1, kernel.Height + 1);
            var y = new float[positions * pixel];
            fixed (float* from = x, to = y)
            {
                for (var row = 0; row < kernel.Height; row++)
                    rows[row] = row >= firstRow && row < endRow ? from + row * pixels * pixel : null;
                var window = new Window(pixel, stride * pixel, kernel.Width, firstRow, endRow, packed.Skipped(firstRow + kernel.Height - endRow));
                vectors.Depthwise(window, rows, packed.Of(0, firstRow), packed.Bias(0), packed.Vectors, to, pixel, positions, Finish.None with { Ceiling = 2 });
            }
            var (w, b) = (weight.data<float>().ToArray(), bias.data<float>().ToArray());
            for (var position = 0; position < positions; position++)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    double sum = b[channel];
                    for (var row = firstRow; row < endRow; row++)
                    {
                        for (var column = 0; column < kernel.Width; column++)
                            sum += x[(row * pixels + position * stride + column) * pixel + channel]
                                * (double)w[(channel * kernel.Height + row) * kernel.Width + column];
                    }
                    Assert.AreEqual(Math.Min(sum, 2), y[position * pixel + channel], 1e-4, $"trial {trial}, position {position}, channel {channel}");
                }
            }
        }
    }

    /// <summary>Protects activations: libtorch's values, over all that numbers can be, and NaN where the number is NaN.</summary>
    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void Curves_are_those_of_libtorch(int width)
    {
        using var scope = NewDisposeScope();
        var vectors = Of(width);
        var numbers = cat([linspace(-200, 200, 40_000), randn(20_000) * 3, tensor(new[] { 0f, -0f, 1e20f, -1e20f, 1e-30f, float.PositiveInfinity })]);
        foreach (var (curve, expected) in new[]
        {
            (LayerKinds.SiLU, functional.silu(numbers)), (LayerKinds.Sigmoid, functional.sigmoid(numbers)),
            (LayerKinds.Hardswish, functional.hardswish(numbers)), (LayerKinds.Hardsigmoid, functional.hardsigmoid(numbers)),
        })
        {
            var (made, exact, from) = (new float[vectors.Padded((int)numbers.numel())], expected.data<float>().ToArray(), numbers.data<float>().ToArray());
            numbers.data<float>().CopyTo(made);
            fixed (float* pointer = made)
                vectors.Apply(curve, pointer, made.Length);
            for (var i = 0; i < exact.Length; i++)
                Assert.IsTrue(made[i] == exact[i] || Math.Abs(made[i] - exact[i]) <= 4e-7 * Math.Max(1e-3, Math.Abs(exact[i])),
                    $"{curve} of {from[i]:R}: {made[i]:R}, and libtorch's {exact[i]:R}");
            var none = new float[width];
            Array.Fill(none, float.NaN);
            fixed (float* pointer = none)
                vectors.Apply(curve, pointer, width);
            Assert.IsTrue(none.All(float.IsNaN), $"{curve} of NaN");
        }
    }

    /// <summary>Protects sums, means and squeeze-and-excitation's factors.</summary>
    [TestMethod]
    [DynamicData(nameof(Widths))]
    public void Sums_and_factors_are_those_of_a_plain_loop(int width)
    {
        var (vectors, random) = (Of(width), Seeded());
        for (var trial = 0; trial < 50; trial++)
        {
            var (pixels, channels) = (random.Next(1, 60), random.Next(1, 5) * width);
            var (map, other, factors) = (Numbers(random, pixels * channels), Numbers(random, pixels * channels), Numbers(random, channels));
            var (sums, scaled, added) = (new float[channels], new float[pixels * channels], (float[])map.Clone());
            fixed (float* from = map, more = other, by = factors, sum = sums, scale = scaled, add = added)
            {
                vectors.Sum(from, channels, pixels, channels, 0.5f, sum);
                vectors.Scale(from, by, channels, pixels, scale);
                vectors.Add(add, more, map.Length, Finish.None with { Floor = 0, Ceiling = 1 });
            }
            for (var i = 0; i < map.Length; i++)
            {
                Assert.AreEqual(map[i] * factors[i % channels], scaled[i]);
                Assert.AreEqual(Math.Clamp(map[i] + other[i], 0, 1), added[i]);
            }
            for (var channel = 0; channel < channels; channel++)
                Assert.AreEqual(Enumerable.Range(0, pixels).Sum(pixel => (double)map[pixel * channels + channel]) / 2, sums[channel], 1e-4);
        }
    }

    private static DirectVectors Of(int width) => DirectVectors.All.First(vectors => vectors.Width == width);

    private static float[] Numbers(Random random, int count) => [.. Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1)];

    private static Random Seeded()
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        manual_seed(seed);
        return new Random(seed);
    }
}
