using Ml.Cnn.OnnxConverter.Quantization;

namespace Ml.Cnn.OnnxConverter.Tests.Quantization;

/// <summary>Protects the arithmetic of weights, biases, scales and zero points against their definitions.</summary>
[TestClass]
public sealed class QuantizedWeightsTests
{
    [TestMethod]
    public void Each_output_channel_has_the_scale_of_its_largest_weight()
    {
        float[] weights = [0.5f, -1.27f, 0.635f, 0.004f, -0.002f, 0.001f]; // two channels of three
        var quantized = QuantizedWeights.Of(weights, [2, 3, 1, 1], axis: 0, bits: 8, bias: [], inputScale: 1);
        Assert.AreEqual(1.27f / 127, quantized.Scales[0], 1e-9f);
        Assert.AreEqual(0.004f / 127, quantized.Scales[1], 1e-12f);
        CollectionAssert.AreEqual(new sbyte[] { 50, -127, 64, 127, -64, 32 }, quantized.Values); // 63.5 goes to the even 64, −63.5 to −64
    }

    [TestMethod]
    public void Channels_may_be_the_columns()
    {
        float[] weights = [1, 10, -2, 5]; // two rows, inputs; two columns, outputs
        var quantized = QuantizedWeights.Of(weights, [2, 2], axis: 1, bits: 8, bias: [], inputScale: 1);
        Assert.AreEqual(2f / 127, quantized.Scales[0], 1e-7f);
        Assert.AreEqual(10f / 127, quantized.Scales[1], 1e-7f);
        CollectionAssert.AreEqual(new sbyte[] { 64, 127, -127, 64 }, quantized.Values);
    }

    [TestMethod]
    public void No_weight_is_further_off_than_half_a_step()
    {
        const int Seed = 7;
        Console.WriteLine($"seed {Seed}");
        var random = new Random(Seed);
        var weights = Enumerable.Range(0, 8 * 27).Select(i => (random.NextSingle() - 0.5f) * (1 + i / 27)).ToArray();
        foreach (var bits in new[] { 7, 8 })
        {
            var quantized = QuantizedWeights.Of(weights, [8, 3, 3, 3], axis: 0, bits, bias: [], inputScale: 1);
            for (var i = 0; i < weights.Length; i++)
                Assert.IsLessThanOrEqualTo(quantized.Scales[i / 27] * 0.5001f, Math.Abs(weights[i] - quantized.Values[i] * quantized.Scales[i / 27]));
            Assert.AreEqual(bits == 7 ? 63 : 127, quantized.Values.Max(value => Math.Abs((int)value)));
        }
    }

    [TestMethod]
    public void A_bias_has_the_scale_of_the_sums()
    {
        float[] bias = [1, -0.0301f];
        var quantized = QuantizedWeights.Of([1.27f, 0.127f], [2, 1, 1, 1], axis: 0, bits: 8, bias, inputScale: 0.1f);
        // Scales of the sums: 0.1 · 0.01 and 0.1 · 0.001.
        CollectionAssert.AreEqual(new[] { 1000, -301 }, quantized.Bias(bias, 0.1f));
    }

    [TestMethod]
    public void A_channel_of_next_to_nothing_keeps_its_bias()
    {
        float[] bias = [3, 3, -5];
        var quantized = QuantizedWeights.Of([1e-30f, 0, 1], [3, 1, 1, 1], axis: 0, bits: 8, bias, inputScale: 0.02f);
        var integers = quantized.Bias(bias, 0.02f);
        for (var channel = 0; channel < bias.Length; channel++)
            Assert.AreEqual(bias[channel], integers[channel] * (double)quantized.Scales[channel] * 0.02f, 1e-2 * 0.02);
        CollectionAssert.AreEqual(new sbyte[] { 0, 0, 127 }, quantized.Values);
    }

    [TestMethod]
    public void Weights_of_zeros_have_a_scale()
    {
        var quantized = QuantizedWeights.Of([0, 0], [1, 2, 1, 1], axis: 0, bits: 8, bias: [], inputScale: 1);
        Assert.AreEqual(1, quantized.Scales[0]);
        CollectionAssert.AreEqual(new sbyte[] { 0, 0 }, quantized.Values);
    }

    [TestMethod]
    [DataRow(0.0, 2.55, 0.01f, 0)]
    [DataRow(-1.28, 1.27, 0.01f, 128)]
    [DataRow(-2.55, 0.0, 0.01f, 255)]
    [DataRow(1.0, 2.55, 0.01f, 0)] // 0 is added to the range
    [DataRow(0.0, 0.0, 1f, 0)]
    public void A_range_becomes_a_scale_and_the_place_of_zero(double low, double high, float scale, int zeroPoint)
    {
        var range = QuantizedRange.Of(low, high);
        Assert.AreEqual(scale, range.Scale, 1e-6f);
        Assert.AreEqual(zeroPoint, range.ZeroPoint);
        Assert.AreEqual(0, range.Round(0));
    }

    [TestMethod]
    public void What_lies_outside_a_range_becomes_its_end()
    {
        var range = QuantizedRange.Of(-1, 1.55);
        Assert.AreEqual(1.55, range.Round(9), 1e-6);
        Assert.AreEqual(-1, range.Round(-9), 1e-6);
        Assert.AreEqual(0.5, range.Round(0.5049), 1e-6);
    }
}
