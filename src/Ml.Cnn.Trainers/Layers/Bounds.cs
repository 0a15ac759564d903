namespace Ml.Cnn.Trainers.Layers;

/// <summary>What an activation that only bounds its input keeps it between; its slope is 1 inside, and 0 on the bounds and beyond.</summary>
/// <param name="Least">The smallest value of the output.</param>
/// <param name="Most">The largest one.</param>
internal readonly record struct Bounds(float Least, float Most)
{
    /// <summary>No bounds at all.</summary>
    public static Bounds None { get; } = new(float.NegativeInfinity, float.PositiveInfinity);
}
