namespace Ml.Cnn.Trainers.Layers;

/// <summary>Height and width of a kernel, a stride, a padding, a dilation or a pooled output, in pixels of the layer's input.</summary>
/// <param name="Height">The vertical extent.</param>
/// <param name="Width">The horizontal extent.</param>
public readonly record struct Extent(int Height, int Width)
{
    /// <summary>The same extent both ways: <c>kernel: 3</c> is 3 × 3.</summary>
    public static implicit operator Extent(int both) => new(both, both);

    /// <summary>The same extent both ways.</summary>
    public static Extent FromInt32(int both) => both;

    /// <summary>"3×3".</summary>
    public override string ToString() => FormattableString.Invariant($"{Height}×{Width}");

    internal long[] ToArray() => [Height, Width];

    internal Extent AtLeast(int minimum, string parameter) =>
        Height >= minimum && Width >= minimum
            ? this
            : throw new ArgumentOutOfRangeException(parameter, ToString(), $"Height and width must be {minimum} or more.");
}
