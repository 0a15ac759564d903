using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Evaluation;

/// <summary>A measure of a network on some images, and between what values it lies with 95 % confidence if other images of the same kind were taken.</summary>
/// <param name="Value">On these images.</param>
/// <param name="Interval">The interval. Its ends are NaN where the value is.</param>
public readonly record struct CnnEstimate(double Value, CnnInterval Interval)
{
    /// <summary>"0.9281 (0.9134 to 0.9412)".</summary>
    public override string ToString() => FormattableString.Invariant($"{Value:0.0000} ({Interval})");

    internal static CnnEstimate None { get; } = new(double.NaN, new(double.NaN, double.NaN));

    /// <summary>A share of images; <see cref="None"/> of none.</summary>
    internal static CnnEstimate Share(int part, int count) =>
        count > 0 ? new((double)part / count, WilsonInterval.Of((double)part / count, count)) : None;
}
