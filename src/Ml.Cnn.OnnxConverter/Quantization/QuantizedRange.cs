namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>
/// How numbers of a range become 8 bits: q = round(x / scale) + zero point, from 0 to 255 (Jacob et al. 2018, "Quantization and Training of Neural Networks
/// for Efficient Integer-Arithmetic-Only Inference", equation 1).
/// </summary>
/// <param name="Scale">What one step is, above 0.</param>
/// <param name="ZeroPoint">The integer of the number 0, which is exact: padding is made of it.</param>
internal readonly record struct QuantizedRange(float Scale, byte ZeroPoint)
{
    private const int Steps = byte.MaxValue;

    /// <summary>The smallest number.</summary>
    public float Low => -ZeroPoint * Scale;

    /// <summary>The largest number.</summary>
    public float High => (Steps - ZeroPoint) * Scale;

    /// <summary>Steps over a range, to which 0 is added where it lies outside.</summary>
    public static QuantizedRange Of(double low, double high)
    {
        (low, high) = (Math.Min(low, 0), Math.Max(high, 0));
        var scale = (float)((high - low) / Steps);
        return float.IsNormal(scale) ? new(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Steps)) : new(1, 0); // of a value that is always 0
    }

    /// <summary>The number that a number becomes.</summary>
    public double Round(double number) => (Math.Clamp(Math.Round(number / Scale) + ZeroPoint, 0, Steps) - ZeroPoint) * Scale;
}
