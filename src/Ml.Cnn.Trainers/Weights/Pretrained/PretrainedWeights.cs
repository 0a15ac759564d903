using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Published weights of a network: where they are, how to tell them, what they expect of an image, and how good they are.</summary>
/// <remarks>
/// All are torchvision's, trained on ImageNet (ILSVRC 2012, 1000 classes: <see cref="ImageNetClasses"/>); the figures are those that
/// torchvision 0.14 publishes. <see cref="WeightsCache"/> downloads them.
/// </remarks>
public sealed partial record PretrainedWeights
{
    private const string Server = "https://download.pytorch.org/models/";
    private const string Default = "DEFAULT";
    private const int ImageNetClassCount = 1000;

    private static readonly Normalization s_minusOneToOne = new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    private static readonly Lazy<IReadOnlyList<PretrainedWeights>> s_all = new(() =>
    [
        .. AlexNetWeights, .. VggWeights, .. ResNetWeights, .. GoogLeNetWeights, .. InceptionV3Weights, .. DenseNetWeights, .. SqueezeNetWeights,
        .. MobileNetWeights, .. ShuffleNetWeights, .. MnasNetWeights, .. EfficientNetWeights, .. RegNetWeights, .. ConvNeXtWeights,
    ]);

    internal PretrainedWeights() { }

    /// <summary>Every set of weights, family by family.</summary>
    public static IReadOnlyList<PretrainedWeights> All => s_all.Value;

    /// <summary>torchvision's name: "ResNet50_Weights.IMAGENET1K_V2".</summary>
    public required string Name { get; init; }

    /// <summary>The network: its name in <see cref="Architectures.ArchitectureCatalog"/>, "resnet50".</summary>
    public required string Architecture { get; init; }

    /// <summary>Whether these weights are meant where the network's name alone is given.</summary>
    public required bool IsDefault { get; init; }

    /// <summary>Where the file is published.</summary>
    public required Uri Address { get; init; }

    /// <summary>The file's name: "resnet50-11ad3fa6.pth".</summary>
    public string FileName => Path.GetFileName(Address.LocalPath);

    /// <summary>The first digits of the file's SHA-256, in lower case.</summary>
    public required string Sha256Prefix { get; init; }

    /// <summary>Bytes of the tensors in the file: its size but for some kilobytes of names.</summary>
    public required long TensorBytes { get; init; }

    /// <summary>How many classes the last layer tells apart.</summary>
    public required int Classes { get; init; }

    /// <summary>Whether only the trunk is of use: the last layers hold no valid numbers.</summary>
    public bool IsTrunkOnly => Top1Accuracy is null;

    /// <summary>How an image becomes the network's input when the weights are evaluated.</summary>
    public required ImagePreprocessing Preprocessing { get; init; }

    /// <summary>The share of ImageNet's validation images whose class is the most probable one, from 0 to 1; null for a trunk.</summary>
    public required double? Top1Accuracy { get; init; }

    /// <summary>The share whose class is among the five most probable ones, from 0 to 1; null for a trunk.</summary>
    public required double? Top5Accuracy { get; init; }

    /// <summary>A license that the weights have of their own; null where torchvision names none.</summary>
    public Uri? License { get; init; }

    /// <summary>Finds weights by name. Case does not matter.</summary>
    /// <param name="name">
    /// torchvision's name ("ResNet50_Weights.IMAGENET1K_V2"), the network's with the weights' ("resnet50:IMAGENET1K_V2"), or the
    /// network's alone ("resnet50"), which means its default.
    /// </param>
    /// <exception cref="ArgumentException">There are no such weights. The message lists those that are near.</exception>
    public static PretrainedWeights Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(weights => weights.IsCalled(name)) ?? throw new ArgumentException(
            $"There are no weights called '{Listing.Shortened(name)}'. {Near(name)}", nameof(name));
    }

    /// <summary>The weights meant by a network's name; null if there are none.</summary>
    internal static PretrainedWeights? DefaultOf(string architecture) =>
        All.FirstOrDefault(weights => weights.IsDefault && string.Equals(weights.Architecture, architecture, StringComparison.OrdinalIgnoreCase));

    private bool IsCalled(string name)
    {
        var (group, version) = (Name[..Name.IndexOf('.', StringComparison.Ordinal)], Name[(Name.IndexOf('.', StringComparison.Ordinal) + 1)..]);
        return Is($"{group}.{version}") || Is($"{Architecture}:{version}")
            || (IsDefault && (Is(Architecture) || Is($"{Architecture}:{Default}") || Is($"{group}.{Default}")));

        bool Is(string known) => string.Equals(name, known, StringComparison.OrdinalIgnoreCase);
    }

    private static string Near(string name)
    {
        var network = name.Split(':', '.')[0].Replace("_Weights", "", StringComparison.OrdinalIgnoreCase).Replace("_", "", StringComparison.Ordinal);
        var near = All.Where(weights => network.Length >= 3 && weights.Architecture.Replace("_", "", StringComparison.Ordinal)
            .StartsWith(network[..3], StringComparison.OrdinalIgnoreCase)).ToArray();
        return near.Length > 0
            ? $"There are {string.Join(", ", near.Select(weights => weights.Name))}."
            : $"There are weights for {string.Join(", ", All.Select(weights => weights.Architecture).Distinct())}.";
    }

    private static PretrainedWeights ImageNet(string name, string architecture, string file, string sha256, int resize, int crop, double? top1, double? top5,
        long bytes,
        Interpolation interpolation = Interpolation.Bilinear, Normalization? normalization = null, bool isDefault = true, string? license = null) => new()
        {
            Name = name,
            Architecture = architecture,
            IsDefault = isDefault,
            Address = new(Server + file),
            Sha256Prefix = sha256,
            TensorBytes = bytes,
            Classes = ImageNetClassCount,
            Preprocessing = new()
            {
                Height = crop,
                Width = crop,
                ResizeShortSide = resize,
                Interpolation = interpolation,
                Normalization = normalization ?? Normalization.ImageNet,
                ReducedDecoding = false,
            },
            Top1Accuracy = top1,
            Top5Accuracy = top5,
            License = license is null ? null : new(license),
        };
}
