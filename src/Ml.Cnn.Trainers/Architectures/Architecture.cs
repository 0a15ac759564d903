using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>What one network is: its name, its paper, what it expects of an image, and how its module is built.</summary>
/// <remarks>
/// Every family declares its networks in one file of this folder, beside the module that does the forward pass, and
/// adds one line to <see cref="ArchitectureCatalog"/>. Nothing else in the library asks for a family by name.
/// </remarks>
public sealed record Architecture
{
    private readonly Func<NetworkShape, Module<Tensor, Tensor>> _build = _ => throw new InvalidOperationException("The architecture declares no module.");

    internal Architecture() { }

    /// <summary>The network's name: torchvision's where torchvision has it ("resnet18", "vgg16_bn").</summary>
    public required string Name { get; init; }

    /// <summary>The family's name as its paper writes it: "ResNet".</summary>
    public required string Family { get; init; }

    /// <summary>Authors, title and year of the paper that describes the network.</summary>
    public required string Paper { get; init; }

    /// <summary>The year of the paper.</summary>
    public required int Year { get; init; }

    /// <summary>Height and width of the images that the network was designed for, in pixels.</summary>
    public required int ImageSize { get; init; }

    /// <summary>The smallest height and width that leaves every layer something to work on, in pixels.</summary>
    public required int MinimumImageSize { get; init; }

    /// <summary>How many channels the images have where nothing else says so: 3 (RGB), or 1 (gray) for LeNet.</summary>
    public int Channels { get; init; } = 3;

    /// <summary>How many classes the network was designed for: 1000 (ImageNet), or 10 for digits and CIFAR.</summary>
    public int DefaultClasses { get; init; } = 1000;

    /// <summary>Mean and standard deviation of each channel, for pixels scaled to [0, 1].</summary>
    public Normalization Normalization { get; init; } = Normalization.ImageNet;

    /// <summary>Batch size, learning rate and weight decay that train this network well where the user gives none.</summary>
    public required TrainingDefaults Training { get; init; }

    /// <summary>The module path of the last, class-specific layer: "fc" for ResNet, "classifier.6" for VGG.</summary>
    public required string Head { get; init; }

    /// <summary>
    /// Module paths of further classifiers between the input and the head, whose losses help while training and which scoring leaves out
    /// (Szegedy et al. 2014, §5). Empty for most networks.
    /// </summary>
    public IReadOnlyList<string> AuxiliaryHeads { get; init; } = [];

    /// <summary>
    /// Module paths whose parameters belong together, from the input to the output, for unfreezing one stage after the
    /// other: "layer1" covers "layer1.0.conv1.weight". Every parameter belongs to exactly one stage; see <see cref="StageOf"/>.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<string>> Stages { get; init; }

    /// <summary>
    /// What was chosen for this network beyond its name, in invariant text ("activation" → "tanh"). Empty for a network
    /// that its name says all about. Saved with a model; <see cref="Configure"/> reads it back.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>What training minimizes. Default: cross-entropy.</summary>
    internal ClassificationLoss Loss { get; init; } = ClassificationLoss.CrossEntropy;

    /// <summary>Makes the network that <see cref="Settings"/> describe; null where there is nothing to choose.</summary>
    internal Func<IReadOnlyDictionary<string, string>, Architecture>? Configure { get; init; }

    /// <summary>Whether a saved model can make this network in another process.</summary>
    internal bool CanBeLoaded { get; init; } = true;

    /// <summary>Builds the module with freshly initialized weights from libtorch's current random state.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape is none that the network can take.</exception>
    internal Func<NetworkShape, Module<Tensor, Tensor>> Build
    {
        get => shape => _build(Checked(shape));
        init => _build = value;
    }

    /// <summary>
    /// Builds the module without weights, at once and in no memory: its tensors lie on torch's meta device and have a shape and no values.
    /// Libtorch's random state stays as it is.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">The shape is none that the network can take.</exception>
    internal Module<Tensor, Tensor> BuildWithoutWeights(NetworkShape shape)
    {
        using var _ = Parameters.On(META);
        var network = Build(shape);
        // What a layer makes by itself lies elsewhere. Moving a whole network takes as long as building it, so only then.
        return network.parameters().Concat(network.buffers()).All(tensor => tensor.device_type == DeviceType.META) ? network : network.to(META);
    }

    /// <summary>The position in <see cref="Stages"/> of the stage that a parameter or buffer belongs to, or −1.</summary>
    /// <param name="name">A name from the network's state, such as "layer1.0.conv1.weight".</param>
    public int StageOf(string name)
    {
        for (var stage = 0; stage < Stages.Count; stage++)
        {
            if (Stages[stage].Any(path => IsUnder(path, name)))
                return stage;
        }
        return -1;
    }

    /// <summary>
    /// Whether a parameter or buffer belongs to the <see cref="Head"/> or one of the <see cref="AuxiliaryHeads"/>, which depend on the number of
    /// classes.
    /// </summary>
    /// <param name="name">A name from the network's state.</param>
    public bool IsHead(string name) => IsUnder(Head, name) || IsAuxiliaryHead(name);

    /// <summary>Whether a parameter or buffer belongs to one of the <see cref="AuxiliaryHeads"/>.</summary>
    internal bool IsAuxiliaryHead(string name) => AuxiliaryHeads.Any(path => IsUnder(path, name));

    /// <summary>The same network under settings read from a saved model.</summary>
    /// <param name="settings">What <see cref="Settings"/> held; what is missing keeps its default.</param>
    /// <exception cref="FormatException">The network knows no such setting or no such value.</exception>
    internal Architecture With(IReadOnlyDictionary<string, string> settings)
    {
        if (Configure is not null)
            return Configure(settings);
        return settings.Count == 0 ? this : throw new FormatException($"{Name} has no setting '{settings.Keys.First()}'.");
    }

    private static bool IsUnder(string path, string name) =>
        name.StartsWith(path, StringComparison.Ordinal) && (name.Length == path.Length || name[path.Length] == '.');

    private NetworkShape Checked(NetworkShape shape)
    {
        if (shape.Channels < 1 || shape.Classes < 1)
            throw new ArgumentOutOfRangeException(nameof(shape), shape, $"{Name} needs at least one channel and one class.");
        if (shape.Height < MinimumImageSize || shape.Width < MinimumImageSize)
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape,
                $"{Name} needs images of at least {MinimumImageSize}×{MinimumImageSize} pixels; these are {shape.Width}×{shape.Height}.");
        }
        return shape;
    }
}

/// <summary>The input and the output of a network.</summary>
/// <param name="Channels">Channels of the input, 1 or more.</param>
/// <param name="Height">Height of the input in pixels.</param>
/// <param name="Width">Width of the input in pixels.</param>
/// <param name="Classes">Number of classes: the length of the output.</param>
public readonly record struct NetworkShape(int Channels, int Height, int Width, int Classes);

/// <summary>Training settings that suit a network where the user gives none.</summary>
/// <param name="BatchSize">Images per step.</param>
/// <param name="LearningRate">The highest learning rate of SGD with momentum 0.9.</param>
/// <param name="WeightDecay">The L2 penalty.</param>
public sealed record TrainingDefaults(int BatchSize, double LearningRate, double WeightDecay);
