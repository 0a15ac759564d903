using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Transforms;

/// <summary>
/// Mixes the images of a training batch, and their labels in the same proportion: part of an <see cref="ImageAugmentation"/>.
/// In JSON the property <c>mix</c> names the kind.
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "mix")]
[JsonDerivedType(typeof(Mixup), "mixup")]
[JsonDerivedType(typeof(CutMix), "cutMix")]
[JsonDerivedType(typeof(MixupOrCutMix), "mixupOrCutMix")]
public abstract record BatchAugmentation
{
    private protected BatchAugmentation(double alpha, string name) => Alpha = Checked(alpha, name);

    /// <summary>Both parameters of the Beta distribution that the proportion is drawn from: small values mix little, 1 mixes evenly.</summary>
    public double Alpha { get; }

    /// <summary>What happens to one batch.</summary>
    /// <param name="count">Images in the batch.</param>
    /// <param name="height">Of the images.</param>
    /// <param name="width">Of the images.</param>
    /// <param name="random">Seeded with the batch's number.</param>
    internal abstract BatchMix Draw(int count, int height, int width, ref AugmentationRandom random);

    private protected static double Checked(double alpha, string name) => alpha is > 0 and <= 100
        ? alpha
        : throw new ArgumentOutOfRangeException(name, alpha, $"The parameter {name} of the Beta distribution must lie above 0 and at most at 100.");
}

/// <summary>Lays two images over each other (Zhang et al., mixup: Beyond Empirical Risk Minimization, 2018, section 2).</summary>
public sealed record Mixup : BatchAugmentation
{
    /// <summary>Makes the step.</summary>
    /// <param name="alpha">The Beta distribution's parameter, above 0 and at most 100. Default 0.2, the paper's for ImageNet.</param>
    /// <exception cref="ArgumentOutOfRangeException">The parameter is out of its range.</exception>
    public Mixup(double alpha = 0.2)
        : base(alpha, nameof(alpha))
    {
    }

    internal override BatchMix Draw(int count, int height, int width, ref AugmentationRandom random) =>
        new(random.NextPermutation(count), (float)random.NextBeta(Alpha, Alpha), null);
}

/// <summary>Puts a part of another image into each (Yun et al., CutMix, 2019, section 3.1).</summary>
public sealed record CutMix : BatchAugmentation
{
    /// <summary>Makes the step.</summary>
    /// <param name="alpha">The Beta distribution's parameter, above 0 and at most 100. Default 1, the paper's.</param>
    /// <exception cref="ArgumentOutOfRangeException">The parameter is out of its range.</exception>
    public CutMix(double alpha = 1)
        : base(alpha, nameof(alpha))
    {
    }

    internal override BatchMix Draw(int count, int height, int width, ref AugmentationRandom random)
    {
        var permutation = random.NextPermutation(count);
        // Equation 2: a box of the share 1 − λ around a random middle, cut off at the edges.
        var side = Math.Sqrt(1 - random.NextBeta(Alpha, Alpha));
        var (x, right) = Span((int)(width * side), random.NextInteger(width), width);
        var (y, bottom) = Span((int)(height * side), random.NextInteger(height), height);
        if (right <= x || bottom <= y)
            return new(permutation, 1, null);
        var box = new PixelRectangle(x, y, right - x, bottom - y);
        // The labels go by what is really seen.
        return new(permutation, 1 - (float)((double)box.Width * box.Height / ((double)width * height)), box);

        static (int From, int To) Span(int length, int middle, int size) => (Math.Max(0, middle - length / 2), Math.Min(size, middle - length / 2 + length));
    }
}

/// <summary>Mixup or CutMix, each for about half of the batches, as in torchvision's training recipe (Vryniotis 2021).</summary>
public sealed record MixupOrCutMix : BatchAugmentation
{
    /// <summary>Makes the step.</summary>
    /// <param name="alpha">The Beta distribution's parameter for mixup, above 0 and at most 100. Default 0.2.</param>
    /// <param name="cutMixAlpha">The same for CutMix. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A parameter is out of its range.</exception>
    public MixupOrCutMix(double alpha = 0.2, double cutMixAlpha = 1)
        : base(alpha, nameof(alpha)) => CutMixAlpha = Checked(cutMixAlpha, nameof(cutMixAlpha));

    /// <summary>Both parameters of the Beta distribution that CutMix draws from.</summary>
    public double CutMixAlpha { get; }

    internal override BatchMix Draw(int count, int height, int width, ref AugmentationRandom random)
    {
        BatchAugmentation drawn = random.NextInteger(2) == 0 ? new Mixup(Alpha) : new CutMix(CutMixAlpha);
        return drawn.Draw(count, height, width, ref random);
    }
}
