using Microsoft.ML;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Adds to all pixels multiples of the principal components of the colors, as the light changes in natural images
/// (Krizhevsky, Sutskever, Hinton: ImageNet Classification with Deep Convolutional Neural Networks, 2012, section 4.1). Gray
/// images take the mean of what the colors would.
/// </summary>
/// <remarks>
/// The multiple is a component's deviation (the root of its eigenvalue, in gray levels) times a Gaussian with
/// <see cref="Strength"/> as its deviation. The paper says eigenvalue; its authors' numbers for ImageNet are the roots.
/// </remarks>
public sealed record PcaColor : AugmentationStep
{
    /// <summary>Makes the step.</summary>
    /// <param name="strength">The Gaussian's deviation, from 0 to 10. Default 0.1, the paper's.</param>
    /// <param name="components">The components of the colors. Default ImageNet's; <see cref="ColorComponents.Of"/> computes others.</param>
    /// <exception cref="ArgumentOutOfRangeException">The strength is out of its range.</exception>
    public PcaColor(double strength = 0.1, ColorComponents? components = null)
    {
        Strength = strength is >= 0 and <= 10
            ? strength
            : throw new ArgumentOutOfRangeException(nameof(strength), strength, "The strength must lie within 0 and 10.");
        Components = components ?? ColorComponents.ImageNet;
    }

    /// <summary>The deviation of the Gaussian that each component is multiplied with.</summary>
    public double Strength { get; }

    /// <summary>The components of the colors.</summary>
    public ColorComponents Components { get; }

    internal override void Apply(AugmentationScratch scratch, ref AugmentationRandom random)
    {
        Span<double> shift = stackalloc double[3];
        Draw(shift, ref random);
        if (scratch.Channels == 1)
            shift[0] = (shift[0] + shift[1] + shift[2]) / 3;
        ColorTables.Shift(scratch, shift);
    }

    /// <summary>What is added to red, green and blue, in gray levels.</summary>
    internal void Draw(Span<double> shift, ref AugmentationRandom random)
    {
        shift.Clear();
        for (var component = 0; component < 3; component++)
        {
            var multiple = random.NextGaussian() * Strength * Components.Deviations[component];
            for (var c = 0; c < 3; c++)
                shift[c] += multiple * Components.Directions[component * 3 + c];
        }
    }
}

/// <summary>The principal components of a data set's colors: along which directions of RGB its pixels differ, and how much.</summary>
public sealed record ColorComponents
{
    /// <summary>Components that are known.</summary>
    /// <param name="directions">Three unit vectors after each other: nine numbers, each vector's red, green and blue.</param>
    /// <param name="deviations">The pixels' deviation along each vector, in gray levels (0 to 255): three numbers from 0 on.</param>
    /// <exception cref="ArgumentException">There are other than nine and three numbers, or a deviation is negative.</exception>
    public ColorComponents(IReadOnlyList<double> directions, IReadOnlyList<double> deviations)
    {
        ArgumentNullException.ThrowIfNull(directions);
        ArgumentNullException.ThrowIfNull(deviations);
        if (directions.Count != 9 || !directions.All(double.IsFinite))
            throw new ArgumentException($"The directions are three vectors, so nine numbers, not {directions.Count}.", nameof(directions));
        if (deviations.Count != 3 || !deviations.All(d => d >= 0 && double.IsFinite(d)))
            throw new ArgumentException("The deviations are three numbers from 0 on.", nameof(deviations));
        (Directions, Deviations) = ([.. directions], [.. deviations]);
    }

    /// <summary>ImageNet's, as its users hand them on (fb.resnet.torch, 2016; there for pixels from 0 to 1).</summary>
    public static ColorComponents ImageNet { get; } = new(
        [-0.5675, -0.5808, -0.5836, 0.7192, -0.0045, -0.6948, 0.4009, -0.8140, 0.4203],
        [0.2175 * 255, 0.0188 * 255, 0.0045 * 255]);

    /// <summary>Three unit vectors after each other, each vector's red, green and blue.</summary>
    public IReadOnlyList<double> Directions { get; }

    /// <summary>The pixels' deviation along each vector, in gray levels.</summary>
    public IReadOnlyList<double> Deviations { get; }

    /// <summary>Computes the components from images; of each, some thousand pixels are looked at. Images that cannot be decoded are left out.</summary>
    /// <param name="data">The training set.</param>
    /// <param name="columnName">A column of MLImage, or of encoded image files (a vector of bytes).</param>
    /// <param name="maximumImages">How many images are read at most, from the first row on; at least 1. Default 2000.</param>
    /// <exception cref="ArgumentException">There is no such column, or it is of another type.</exception>
    /// <exception cref="InvalidOperationException">Not one image could be decoded.</exception>
    public static ColorComponents Of(IDataView data, string columnName, int maximumImages = 2000)
    {
        ArgumentNullException.ThrowIfNull(data);
        ArgumentException.ThrowIfNullOrEmpty(columnName);
        ArgumentOutOfRangeException.ThrowIfLessThan(maximumImages, 1);
        var statistics = new ColorStatistics();
        foreach (var image in ImageColumnReader.ReadRgb(data, columnName, maximumImages))
            statistics.Add(image);
        return statistics.Components();
    }

    /// <inheritdoc/>
    public bool Equals(ColorComponents? other) =>
        other is not null && Directions.SequenceEqual(other.Directions) && Deviations.SequenceEqual(other.Deviations);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Directions[0], Deviations[0]);
}
