namespace Ml.Cnn.Trainers.Architectures;

/// <summary>How scaled networks make whole channels of fractions.</summary>
internal static class ChannelRounding
{
    /// <summary>
    /// The nearest multiple of <paramref name="divisor"/> that is at least one of it and not below nine tenths of
    /// <paramref name="channels"/>: the rule of the MobileNet, EfficientNet and RegNet authors' code.
    /// </summary>
    public static int ToMultiple(double channels, int divisor = 8)
    {
        var rounded = Math.Max(divisor, (int)(channels + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * channels ? rounded + divisor : rounded;
    }
}
