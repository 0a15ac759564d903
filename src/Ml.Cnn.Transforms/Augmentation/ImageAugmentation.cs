using System.Text.Json;
using System.Text.Json.Serialization;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Transforms;

/// <summary>
/// A recipe for what happens to training images, new in every epoch: steps in their order, and perhaps a mixing of each
/// batch. Immutable; may be shared by threads and trainers.
/// </summary>
/// <remarks>
/// Sizes in steps relate to the network's input, so that a recipe fits every network. An image that the steps leave at
/// another size is brought to the input's as in scoring. Steps without chance (<see cref="Grayscale"/>, the filters) belong
/// to scoring as well; all others are left out there.
/// </remarks>
/// <example>
/// <code>
/// var recipe = new ImageAugmentation([new RandomResizedCrop(scale: (0.3, 1)), new RandomHorizontalFlip(), new ColorJitter(brightness: 0.4)]);
/// var asInThePaper = ImageAugmentation.Preset("inception").With(new Mixup());
/// </code>
/// </example>
public sealed record ImageAugmentation
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>Makes a recipe.</summary>
    /// <param name="steps">What happens to each image, in this order. May be empty.</param>
    /// <param name="batch">How the images of a batch are mixed. Default null: not at all.</param>
    /// <param name="evaluationScale">
    /// In scoring, how much larger than the network's input the image's short side is made before the middle is cut out,
    /// from 1 to 4. Default 1: as much of the image as fits. 256.0 / 224 is usual after training on random parts.
    /// </param>
    /// <exception cref="ArgumentNullException">There are no steps, or one of them is null.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The scale is out of its range.</exception>
    public ImageAugmentation(IReadOnlyList<AugmentationStep> steps, BatchAugmentation? batch = null, double evaluationScale = 1)
    {
        ArgumentNullException.ThrowIfNull(steps);
        foreach (var step in steps)
            ArgumentNullException.ThrowIfNull(step, nameof(steps));
        if (evaluationScale is not (>= 1 and <= 4))
            throw new ArgumentOutOfRangeException(nameof(evaluationScale), evaluationScale, "The evaluation scale must lie within 1 and 4.");
        (Steps, Batch, EvaluationScale) = (Array.AsReadOnly([.. steps]), batch, evaluationScale);
    }

    /// <summary>The recipe by which nothing happens to images.</summary>
    public static ImageAugmentation None { get; } = new([]);

    /// <summary>What happens to each image, in this order.</summary>
    public IReadOnlyList<AugmentationStep> Steps { get; }

    /// <summary>How the images of a batch are mixed; null if they are not.</summary>
    public BatchAugmentation? Batch { get; }

    /// <summary>In scoring, the short side before cutting out the middle, as a multiple of the network's input.</summary>
    public double EvaluationScale { get; }

    /// <summary>The names that <see cref="Preset"/> knows.</summary>
    public static IReadOnlyList<string> PresetNames => AugmentationPresets.Names;

    /// <summary>
    /// A recipe from a paper: <c>alexnet</c>, <c>vgg</c>, <c>inception</c>, <c>cifar</c>, <c>trivial</c>; <c>light</c> for small data sets and fine-tuning; or
    /// <c>writing</c> for digits, letters and whatever else must not be mirrored.
    /// </summary>
    /// <param name="name">The name; case does not matter.</param>
    /// <exception cref="ArgumentException">There is no such preset; the message lists the names.</exception>
    public static ImageAugmentation Preset(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return AugmentationPresets.Find(name);
    }

    /// <summary>The recipe with one more step at its end.</summary>
    /// <param name="step">The step.</param>
    public ImageAugmentation Then(AugmentationStep step)
    {
        ArgumentNullException.ThrowIfNull(step);
        return new([.. Steps, step], Batch, EvaluationScale);
    }

    /// <summary>The recipe with another mixing of batches.</summary>
    /// <param name="batch">The mixing; null for none.</param>
    public ImageAugmentation With(BatchAugmentation? batch) => new(Steps, batch, EvaluationScale);

    /// <summary>How images come to the network when it scores, after training with this recipe.</summary>
    /// <param name="network">The network's input. Where it stretches images (<see cref="ImagePreprocessing.ResizeShortSide"/> is null) it goes on
    /// doing so.</param>
    public ImagePreprocessing EvaluationView(ImagePreprocessing network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return network.ResizeShortSide is { } shortSide ? network with { ResizeShortSide = (int)Math.Round(shortSide * EvaluationScale) } : network;
    }

    /// <summary>Whether scoring has to do more than <see cref="EvaluationView"/>: the recipe has steps without chance.</summary>
    internal bool HasStepsForScoring => Steps.Any(s => !s.IsRandom);

    /// <summary>The recipe as text, for people and programs to read.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, s_json);

    /// <summary>Reads what <see cref="ToJson"/> wrote, or a person.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="FormatException">The text is not a recipe; the message says where and why.</exception>
    public static ImageAugmentation FromJson(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        try
        {
            return JsonSerializer.Deserialize<ImageAugmentation>(json, s_json) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw new FormatException($"The text is not an augmentation recipe: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public bool Equals(ImageAugmentation? other) =>
        other is not null && Steps.SequenceEqual(other.Steps) && Equals(Batch, other.Batch) && EvaluationScale == other.EvaluationScale;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Steps.Count, Batch, EvaluationScale);
}
