using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;

namespace Ml.Cnn.Transforms;

/// <summary>Replaces each pixel by the mean of the square around it. Without chance, so it belongs to scoring too.</summary>
public sealed record MeanFilter : AugmentationStep
{
    private readonly float[] _weights;

    /// <summary>Makes the step.</summary>
    /// <param name="size">Height and width of the square in pixels, odd, from 3 (the default) to 99.</param>
    /// <exception cref="ArgumentOutOfRangeException">The size is out of its range or even.</exception>
    public MeanFilter(int size = 3)
    {
        Size = FilterSize.Checked(size, nameof(size));
        _weights = SeparableFilter.Mean(size);
    }

    /// <summary>Height and width of the square in pixels.</summary>
    public int Size { get; }

    internal override bool IsRandom => false;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random) => SeparableFilter.Apply(scratch, _weights, _weights);

    /// <inheritdoc/>
    public bool Equals(MeanFilter? other) => other is not null && Size == other.Size;

    /// <inheritdoc/>
    public override int GetHashCode() => Size;
}

/// <summary>Blurs with a Gaussian. Without chance, so it belongs to scoring too.</summary>
public sealed record GaussianFilter : AugmentationStep
{
    private readonly float[] _weights;

    /// <summary>Makes the step.</summary>
    /// <param name="size">Height and width of the kernel in pixels, odd, from 3 to 99. Default 5.</param>
    /// <param name="sigma">The Gaussian's deviation in pixels, from 0.1 to 50. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public GaussianFilter(int size = 5, double sigma = 1)
    {
        Size = FilterSize.Checked(size, nameof(size));
        Sigma = FilterSize.CheckedSigma(sigma, nameof(sigma), 50);
        _weights = SeparableFilter.Gaussian(size, sigma);
    }

    /// <summary>Height and width of the kernel in pixels.</summary>
    public int Size { get; }

    /// <summary>The Gaussian's deviation in pixels.</summary>
    public double Sigma { get; }

    internal override bool IsRandom => false;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random) => SeparableFilter.Apply(scratch, _weights, _weights);

    /// <inheritdoc/>
    public bool Equals(GaussianFilter? other) => other is not null && (Size, Sigma) == (other.Size, other.Sigma);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Size, Sigma);
}

/// <summary>
/// Blurs areas and keeps edges: a mean over the neighbors that lie near and look alike (Tomasi and Manduchi, Bilateral
/// Filtering for Gray and Color Images, 1998). Slow: its work grows with the square of its size. Without chance.
/// </summary>
public sealed record BilateralFilter : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="size">Height and width of the neighborhood in pixels, odd, from 3 to 99. Default 5.</param>
    /// <param name="sigmaColor">How different a neighbor may look, in gray levels summed over the channels, from 0.1 to 1000. Default 75.</param>
    /// <param name="sigmaSpace">How far it may lie, in pixels, from 0.1 to 50. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public BilateralFilter(int size = 5, double sigmaColor = 75, double sigmaSpace = 2)
    {
        Size = FilterSize.Checked(size, nameof(size));
        SigmaColor = FilterSize.CheckedSigma(sigmaColor, nameof(sigmaColor), 1000);
        SigmaSpace = FilterSize.CheckedSigma(sigmaSpace, nameof(sigmaSpace), 50);
    }

    /// <summary>Height and width of the neighborhood in pixels.</summary>
    public int Size { get; }

    /// <summary>How different a neighbor may look, in gray levels summed over the channels.</summary>
    public double SigmaColor { get; }

    /// <summary>How far a neighbor may lie, in pixels.</summary>
    public double SigmaSpace { get; }

    internal override bool IsRandom => false;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random) => Bilateral.Apply(scratch, Size, SigmaColor, SigmaSpace);
}

/// <summary>The strength of edges: the size of Sobel's derivative in one direction, for each channel. Without chance.</summary>
public sealed record SobelFilter : AugmentationStep
{
    private static readonly float[] s_derivative = [-1, 0, 1];
    private static readonly float[] s_smoothing = [1, 2, 1];

    /// <summary>Makes the step.</summary>
    /// <param name="direction">X (the default) shows upright edges, Y lying ones.</param>
    /// <exception cref="ArgumentOutOfRangeException">The direction is none of the names.</exception>
    public SobelFilter(SobelDirection direction = SobelDirection.X) => Direction = Enum.IsDefined(direction)
        ? direction
        : throw new ArgumentOutOfRangeException(nameof(direction), direction, "Unknown direction.");

    /// <summary>Along which axis the image is derived.</summary>
    public SobelDirection Direction { get; }

    internal override bool IsRandom => false;

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        if (Direction == SobelDirection.X)
            SeparableFilter.Apply(scratch, s_derivative, s_smoothing);
        else
            SeparableFilter.Apply(scratch, s_smoothing, s_derivative);
    }
}

/// <summary>Along which axis <see cref="SobelFilter"/> derives an image.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SobelDirection>))]
public enum SobelDirection
{
    /// <summary>From left to right.</summary>
    X,

    /// <summary>From top to bottom.</summary>
    Y,
}

internal static class FilterSize
{
    public static int Checked(int size, string name) => size is >= 3 and <= 99 && size % 2 == 1
        ? size
        : throw new ArgumentOutOfRangeException(name, size, $"The {name} of a filter must be odd and lie within 3 and 99.");

    public static double CheckedSigma(double sigma, string name, double largest) => sigma >= 0.1 && sigma <= largest
        ? sigma
        : throw new ArgumentOutOfRangeException(name, sigma, $"The deviation {name} must lie within 0.1 and {largest}.");
}
