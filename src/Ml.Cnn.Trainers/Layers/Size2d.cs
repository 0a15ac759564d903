namespace Ml.Cnn.Trainers.Layers;

/// <summary>Height and width of a kernel, a stride, a padding, a dilation or a pooled output, in pixels of the layer's input.</summary>
/// <param name="Height">The vertical size.</param>
/// <param name="Width">The horizontal size.</param>
public readonly record struct Size2d(int Height, int Width)
{
    /// <summary>The same size both ways: <c>kernel: 3</c> is 3 × 3.</summary>
    public static implicit operator Size2d(int both) => new(both, both);

    /// <summary>The same size both ways.</summary>
    public static Size2d FromInt32(int both) => both;

    /// <summary>"3×3".</summary>
    public override string ToString() => FormattableString.Invariant($"{Height}×{Width}");

    internal long[] ToArray() => [Height, Width];

    internal Size2d AtLeast(int minimum, string parameter) =>
        Height >= minimum && Width >= minimum
            ? this
            : throw new ArgumentOutOfRangeException(parameter, ToString(), $"Height and width must be {minimum} or more.");
}
