using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments;

/// <summary>
/// What is tried beside the networks. A list of one value, or a range whose ends are equal, fixes it. The first trial of a network takes the network's own
/// batch size, learning rate and weight decay, and the first value of each list.
/// </summary>
public sealed record CnnSearchSpace
{
    /// <summary>
    /// By what the optimizer's usual learning rate for the network is multiplied, from and to, above 0; searched on a logarithmic scale. Default: 0.1 to 10.
    /// </summary>
    public (double Lowest, double Highest) LearningRateFactor { get; init; } = (0.1, 10);

    /// <summary>Batch sizes beside the network's own, rising, at least 1. Default: 16, 32, 64 and 128.</summary>
    public IReadOnlyList<int> BatchSizes { get; init; } = [16, 32, 64, 128];

    /// <summary>
    /// Heights and widths in pixels that images are brought to, rising. Default (none): that of the data's pixel vectors, else 224, or a network's own where it
    /// is smaller.
    /// </summary>
    public IReadOnlyList<int> ImageSizes { get; init; } = [];

    /// <summary>Optimizers. Default: SGD with momentum, and AdamW.</summary>
    public IReadOnlyList<Optimizer> Optimizers { get; init; } = [Optimizer.Sgd, Optimizer.AdamW];

    /// <summary>
    /// By what the usual weight decay is multiplied, from and to, above 0; searched on a logarithmic scale. Default: 0.1 to 10.
    /// </summary>
    public (double Lowest, double Highest) WeightDecayFactor { get; init; } = (0.1, 10);

    /// <summary>
    /// Names of <see cref="Transforms.ImageAugmentation.PresetNames"/>, or "none". Default: "light" and "none" for images in files, "none" for pixels, which
    /// may be digits, that no one mirrors.
    /// </summary>
    public IReadOnlyList<string> Augmentations { get; init; } = [];

    /// <summary>What stays as it starts in networks that start from published weights. Default: nothing, or the backbone.</summary>
    public IReadOnlyList<Freezing> Freezings { get; init; } = [Freezing.None, Freezing.Backbone];

    /// <summary>Whether networks start from published weights. Default: where their file lies in the cache, as 'mlcnn weights get' brings it there.</summary>
    public PretrainedWeightsUse Weights { get; init; }

    /// <exception cref="ArgumentOutOfRangeException">A range or a list is none that can be searched; the message names it.</exception>
    internal void Validate()
    {
        CheckRange(LearningRateFactor, nameof(LearningRateFactor));
        CheckRange(WeightDecayFactor, nameof(WeightDecayFactor));
        CheckRising(BatchSizes, nameof(BatchSizes));
        CheckRising(ImageSizes, nameof(ImageSizes));
        if (Optimizers.Count == 0)
            throw new ArgumentOutOfRangeException(nameof(Optimizers), "There must be an optimizer.");
        if (Freezings.Count == 0)
            throw new ArgumentOutOfRangeException(nameof(Freezings), "There must be a value, such as Freezing.None.");
        foreach (var name in Augmentations)
        {
            if (name != NoAugmentation && !Transforms.ImageAugmentation.PresetNames.Contains(name))
            {
                throw new ArgumentOutOfRangeException(nameof(Augmentations), name,
                    $"There is no such augmentation. There are: {NoAugmentation}, {string.Join(", ", Transforms.ImageAugmentation.PresetNames)}.");
            }
        }
    }

    /// <summary>The name of doing nothing to images.</summary>
    internal const string NoAugmentation = "none";

    private static void CheckRange((double Lowest, double Highest) range, string name)
    {
        if (!(range.Lowest > 0 && range.Highest >= range.Lowest && double.IsFinite(range.Highest)))
            throw new ArgumentOutOfRangeException(name, range, "A range goes from above 0 to a number that is not lower.");
    }

    private static void CheckRising(IReadOnlyList<int> numbers, string name)
    {
        if (numbers.Any(number => number < 1) || numbers.Zip(numbers.Skip(1)).Any(pair => pair.First >= pair.Second))
            throw new ArgumentOutOfRangeException(name, string.Join(", ", numbers), "The numbers must rise and be at least 1.");
    }
}
