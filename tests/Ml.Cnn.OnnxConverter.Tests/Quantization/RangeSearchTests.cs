using Ml.Cnn.OnnxConverter.Quantization;

namespace Ml.Cnn.OnnxConverter.Tests.Quantization;

/// <summary>Protects the choice of ranges: that all values are seen, and that each way of choosing does what its name says.</summary>
[TestClass]
public sealed class RangeSearchTests
{
    private const int Seed = 11;

    [TestMethod]
    public void Every_value_is_counted_however_far_the_next_lies_out()
    {
        var values = new ValueHistogram();
        values.Add([0, 0.001f, -0.001f]);
        values.Add([3, -700]);
        values.Add([]);
        Assert.AreEqual((-700, 3, 5L), (values.Low, values.High, values.Count));
        Assert.AreEqual(5, values.Bins.Sum(bin => bin.Count));
        foreach (var (value, count) in new[] { (0.0, 2), (-0.001, 1), (3, 1), (-700, 1) }) // 0 and 0.001 have become one bin
            Assert.AreEqual(count, values.Bins.Single(bin => bin.Middle > 0 == value >= 0 && Math.Abs(bin.Middle - value) < 0.25).Count, $"{value}");
    }

    [TestMethod]
    public void Doubled_bins_hold_what_bins_of_the_later_width_would()
    {
        Console.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var numbers = Enumerable.Range(0, 5000).Select(i => (float)((random.NextDouble() - 0.5) * i)).ToArray();
        var (grown, whole) = (new ValueHistogram(), new ValueHistogram());
        foreach (var part in numbers.Chunk(100))
            grown.Add(part);
        whole.Add(numbers);
        CollectionAssert.AreEqual(whole.Bins.ToArray(), grown.Bins.ToArray());
    }

    [TestMethod]
    [DataRow(float.NaN)]
    [DataRow(float.PositiveInfinity)]
    public void What_is_no_number_has_no_range(float value) => Assert.Throws<ArithmeticException>(() => new ValueHistogram().Add([0, 1, value]));

    [TestMethod]
    public void The_largest_range_holds_the_smallest_and_the_largest_value()
    {
        var range = RangeSearch.Find(Normal(outlier: 80), OnnxActivationRange.MinMax);
        Assert.AreEqual(80, range.High, range.Scale);
        Assert.AreEqual(-4.2, range.Low, 1);
    }

    [TestMethod]
    public void A_percentile_leaves_a_ten_thousandth_outside()
    {
        var values = Normal(outlier: 80);
        var range = RangeSearch.Find(values, OnnxActivationRange.Percentile);
        // 0.00005 of a normal distribution lie beyond 3.89 deviations on either side.
        Assert.AreEqual(3.9, range.High, 0.3);
        Assert.AreEqual(-3.9, range.Low, 0.3);
        // The place of zero is a whole step, so the range may lie off by half of one.
        var outside = values.Bins.Where(bin => bin.Middle > range.High + range.Scale || bin.Middle < range.Low - range.Scale).Sum(bin => bin.Count);
        Assert.IsLessThanOrEqualTo(1e-4 * values.Count, outside);
        Assert.IsGreaterThan(0, outside);
    }

    [TestMethod]
    public void The_least_squared_error_is_less_than_that_of_any_other_way()
    {
        foreach (var outlier in new[] { 0f, 8, 30 })
        {
            var values = Normal(outlier);
            var least = Error(values, RangeSearch.Find(values, OnnxActivationRange.LeastSquares));
            foreach (var other in new[] { OnnxActivationRange.MinMax, OnnxActivationRange.Percentile })
                Assert.IsLessThanOrEqualTo(1.0001 * Error(values, RangeSearch.Find(values, other)), least, $"{other}, {outlier}");
            // A search over a fine grid of both ends finds none that is better by more than the last step of ours.
            var best = double.PositiveInfinity;
            for (var low = 0.02; low <= 1; low += 0.02)
            {
                for (var high = 0.02; high <= 1; high += 0.02)
                    best = Math.Min(best, Error(values, QuantizedRange.Of(low * values.Low, high * values.High)));
            }
            Console.WriteLine($"outlier {outlier}: {least / values.Count:0.00e0}, grid {best / values.Count:0.00e0}");
            Assert.IsLessThanOrEqualTo(1.1 * best, least);
        }
    }

    [TestMethod]
    public void Values_that_are_never_negative_begin_at_zero()
    {
        var values = new ValueHistogram();
        values.Add([.. Enumerable.Range(0, 1000).Select(i => i / 100f)]);
        foreach (var method in Enum.GetValues<OnnxActivationRange>())
        {
            var range = RangeSearch.Find(values, method);
            Assert.AreEqual(0, range.ZeroPoint);
            Assert.AreEqual(9.99, range.High, 0.1);
        }
    }

    private static double Error(ValueHistogram values, QuantizedRange range) =>
        values.Bins.Sum(bin => bin.Count * Math.Pow(bin.Middle - range.Round(bin.Middle), 2));

    private static ValueHistogram Normal(float outlier)
    {
        Console.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var values = new ValueHistogram();
        values.Add([.. Enumerable.Range(0, 200_000).Select(_ => (float)(Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random
            .NextDouble()))),
            outlier]);
        return values;
    }
}
