namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>
/// A product's weights as signed integers, w ≈ scale · q with a scale for each output channel and zero at 0 (Nagel et al. 2021, "A White Paper on Neural
/// Network Quantization", sections 2.3 and 2.4), and its bias as 32-bit integers with the scale of the sums.
/// </summary>
/// <param name="Values">As many as there are weights, in their order.</param>
/// <param name="Scales">One for each output channel.</param>
internal sealed record QuantizedWeights(sbyte[] Values, float[] Scales)
{
    // A bias of 32 bits leaves as much room for the sum of the products.
    private const double LargestBias = 1 << 30;

    /// <summary>Rounds weights to the nearest of 2^bits − 1 steps, as far as the largest of each channel reaches.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="shape">Their shape.</param>
    /// <param name="axis">The dimension of the output channels.</param>
    /// <param name="bits">8, or 7 for kernels that add two products in 16 bits.</param>
    /// <param name="bias">A number for each output channel, or none.</param>
    /// <param name="inputScale">The scale of the product's input.</param>
    public static QuantizedWeights Of(ReadOnlySpan<float> weights, IReadOnlyList<long> shape, int axis, int bits, ReadOnlySpan<float> bias, float inputScale)
    {
        var (channels, inner) = ((int)shape[axis], (int)shape.Skip(axis + 1).Aggregate(1L, (product, length) => product * length));
        var most = (1 << (bits - 1)) - 1;
        var scales = new float[channels];
        for (var i = 0; i < weights.Length; i++)
        {
            ref var largest = ref scales[i / inner % channels];
            largest = Math.Max(largest, Math.Abs(weights[i]));
        }
        for (var channel = 0; channel < channels; channel++)
        {
            // A channel of next to nothing but a bias needs steps of which that many make the bias.
            var least = bias.IsEmpty ? 0 : Math.Abs(bias[channel]) / (inputScale * LargestBias);
            var scale = (float)Math.Max((double)scales[channel] / most, least);
            scales[channel] = float.IsNormal(scale) ? scale : 1;
        }
        var values = new sbyte[weights.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = (sbyte)Math.Clamp(MathF.Round(weights[i] / scales[i / inner % channels]), -most, most);
        return new(values, scales);
    }

    /// <summary>Biases as integers whose scale is the input's times the weights'.</summary>
    public int[] Bias(ReadOnlySpan<float> bias, float inputScale)
    {
        var integers = new int[bias.Length];
        for (var channel = 0; channel < integers.Length; channel++)
            integers[channel] = (int)Math.Round(bias[channel] / ((double)inputScale * Scales[channel]));
        return integers;
    }
}
