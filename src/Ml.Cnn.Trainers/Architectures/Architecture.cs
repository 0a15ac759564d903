using Ml.Cnn.Transforms;
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
    /// Prefixes of parameter names that belong together, from the input to the output, for unfreezing one stage after
    /// the other. Every parameter belongs to exactly one stage.
    /// </summary>
    public required IReadOnlyList<IReadOnlyList<string>> Stages { get; init; }

    /// <summary>
    /// What was chosen for this network beyond its name, in invariant text ("activation" → "tanh"). Empty for a network
    /// that its name says all about. Saved with a model; <see cref="Configure"/> reads it back.
    /// </summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The same network under settings read from a saved model. Throws <see cref="FormatException"/> on an unknown one.</summary>
    internal Func<IReadOnlyDictionary<string, string>, Architecture>? Configure { get; init; }

    /// <summary>Builds the module with freshly initialised weights from libtorch's current random state.</summary>
    internal Func<NetworkShape, Module<Tensor, Tensor>> Build { get; init; } = _ => throw new InvalidOperationException("The architecture declares no module.");
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
