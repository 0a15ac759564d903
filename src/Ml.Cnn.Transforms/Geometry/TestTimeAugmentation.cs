using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>
/// The views of an image that a network scores, whose scores are averaged: a little more accurate than one look, and as many times slower as there are
/// views. It has a text form, in which models keep it and the command takes it: see <see cref="Parse"/>.
/// </summary>
[JsonConverter(typeof(TestTimeAugmentationConverter))]
public sealed partial record TestTimeAugmentation
{
    private const int LargestGrid = 16;
    private const double LargestScale = 8;
    private const int LargestShift = 64;

    /// <summary>One look at the middle.</summary>
    public static TestTimeAugmentation None { get; } = new();

    /// <summary>The middle, and the same of the mirror image.</summary>
    public static TestTimeAugmentation Flip { get; } = new() { Mirror = true };

    /// <summary>The four corners and the middle (torchvision's FiveCrop).</summary>
    public static TestTimeAugmentation FiveCrops { get; } = new() { Crops = EvaluationCrops.Five };

    /// <summary>The four corners and the middle, and the same of the mirror image (Krizhevsky et al. 2012, section 4.1; torchvision's TenCrop).</summary>
    public static TestTimeAugmentation TenCrops { get; } = FiveCrops with { Mirror = true };

    /// <summary>
    /// Three sizes of the image: short sides of 1, 8/7 and 9/7 of the network's input, which are 224, 256 and 288 for 224 (Simonyan and Zisserman 2014,
    /// table 4, around S = 256).
    /// </summary>
    public static TestTimeAugmentation ThreeScales { get; } = new() { Scales = DefaultScales };

    /// <summary>The whole image at once (Simonyan and Zisserman 2014, section 3.2).</summary>
    public static TestTimeAugmentation Dense { get; } = new() { Crops = EvaluationCrops.Dense };

    private static IReadOnlyList<double> DefaultScales => [1, 8.0 / 7, 9.0 / 7];

    /// <summary>The parts of an image. Default: the middle.</summary>
    public EvaluationCrops Crops { get; init; }

    /// <summary>Crops in a row and in a column of <see cref="EvaluationCrops.Grid"/>, 2 to 16. Default 3: nine crops.</summary>
    public int Grid { get; init; } = 3;

    /// <summary>
    /// Pixels by which each part is also looked at from further up and left, and from further down and right, its border reflected: 1 to 64, such as 1 for
    /// images of 32 pixels (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", section 3.5). It
    /// needs no larger image. Default 0: the part alone. Not with <see cref="EvaluationCrops.Dense"/>.
    /// </summary>
    public int Shift { get; init; }

    /// <summary>Whether the same is done with the mirror image, too. Default false.</summary>
    public bool Mirror { get; init; }

    /// <summary>
    /// The lengths that an image's short side is brought to, one after the other, as multiples of the longer side of the network's input: from 1 to 8.
    /// Default none: <see cref="ImagePreprocessing.ResizeShortSide"/> alone.
    /// </summary>
    public IReadOnlyList<double> Scales { get; init; } = [];

    /// <summary>What is averaged. Default: the probabilities.</summary>
    public ScoreAverage Average { get; init; }

    /// <summary>Views of an image: crops × scales, three times as many with shifts, twice as many with mirror images.</summary>
    [JsonIgnore]
    public int Views => Math.Max(1, Scales.Count) * (Mirror ? 2 : 1) * (Shift > 0 ? 3 : 1) * CropCount;

    private int CropCount => Crops switch { EvaluationCrops.Five => 5, EvaluationCrops.Grid => Grid * Grid, _ => 1 };

    /// <summary>Whether parts are cut out that need more of an image than the network's input.</summary>
    internal bool NeedsRoom => Crops != EvaluationCrops.Center;

    /// <inheritdoc/>
    public bool Equals(TestTimeAugmentation? other) => other is not null && ToString() == other.ToString();

    /// <inheritdoc/>
    public override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    /// <summary>Complains about the first value that makes no sense.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message says which.</exception>
    internal void Validate()
    {
        if (!Enum.IsDefined(Crops))
            throw new ArgumentOutOfRangeException(nameof(Crops), Crops, "Unknown crops.");
        if (!Enum.IsDefined(Average))
            throw new ArgumentOutOfRangeException(nameof(Average), Average, "Unknown average.");
        if (Crops == EvaluationCrops.Grid && Grid is < 2 or > LargestGrid)
            throw new ArgumentOutOfRangeException(nameof(Grid), Grid, $"A grid has from 2 to {LargestGrid} crops in a row.");
        if (Shift is < 0 or > LargestShift)
            throw new ArgumentOutOfRangeException(nameof(Shift), Shift, $"A shift must be from 0 to {LargestShift} pixels.");
        if (Shift > 0 && Crops == EvaluationCrops.Dense)
            throw new ArgumentOutOfRangeException(nameof(Shift), Shift, "The whole image at once cannot be shifted: set the shift to 0.");
        foreach (var scale in Scales)
        {
            if (scale is not (>= 1 and <= LargestScale))
                throw new ArgumentOutOfRangeException(nameof(Scales), scale, $"A scale must be from 1 to {LargestScale} times the network's input.");
        }
    }
}
