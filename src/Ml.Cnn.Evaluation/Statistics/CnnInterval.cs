namespace Ml.Cnn.Evaluation;

/// <summary>A confidence interval.</summary>
/// <param name="Lower">Its lower end.</param>
/// <param name="Upper">Its upper end.</param>
public readonly record struct CnnInterval(double Lower, double Upper)
{
    /// <summary>"0.9134 to 0.9412".</summary>
    public override string ToString() => FormattableString.Invariant($"{Lower:0.0000} to {Upper:0.0000}");
}
