using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>VGG: five blocks of 3 × 3 convolutions with a pooling after each, then three linear layers.</summary>
public static class Vgg
{
    private const double DefaultDropout = 0.5;

    // Convolutions in each of the five blocks: the columns of the paper's table 1.
    private static readonly Variant[] Variants =
    [
        new("vgg11", 11, VggVariant.Standard, [1, 1, 2, 2, 2]),
        new("vgg11_lrn", 11, VggVariant.LocalResponseNorm, [1, 1, 2, 2, 2]),
        new("vgg13", 13, VggVariant.Standard, [2, 2, 2, 2, 2]),
        new("vgg16_c", 16, VggVariant.Pointwise, [2, 2, 3, 3, 3]),
        new("vgg16", 16, VggVariant.Standard, [2, 2, 3, 3, 3]),
        new("vgg19", 19, VggVariant.Standard, [2, 2, 4, 4, 4]),
    ];

    private static readonly int[] Channels = [64, 128, 256, 512, 512];

    /// <summary>The family's networks: the paper's six, and those of 3 × 3 convolutions alone with batch normalization as well.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        .. Variants.SelectMany(variant => variant.Choice == VggVariant.Standard
            ? (Architecture[])[Describe(variant, batchNorm: false), Describe(variant, batchNorm: true)]
            : [Describe(variant, batchNorm: false)]),
    ];

    /// <summary>A VGG network.</summary>
    /// <param name="depth">Layers with weights: 11, 13, 16 or 19; 11 or 16 for the other kinds. Default 16.</param>
    /// <param name="batchNorm">
    /// Whether batch normalization follows each convolution. Default true: without it the deeper ones hardly train from scratch. Only the standard
    /// kind comes with it.
    /// </param>
    /// <param name="dropout">Dropout after the first two linear layers, from 0 to below 1. Default 0.5, as in the paper (§3.1).</param>
    /// <param name="variant">Which kind of network. Default: 3 × 3 convolutions alone.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or the dropout is outside its range.</exception>
    public static Architecture Create(int depth = 16, bool batchNorm = true, double dropout = DefaultDropout, VggVariant variant = VggVariant.Standard)
    {
        var columns = Variants.Where(column => column.Choice == variant).ToArray();
        if (columns.Length == 0)
            throw new ArgumentOutOfRangeException(nameof(variant), variant, $"The variants are: {string.Join(", ", Enum.GetNames<VggVariant>())}.");
        var found = columns.FirstOrDefault(column => column.Depth == depth)
            ?? throw new ArgumentOutOfRangeException(nameof(depth), depth, $"VGG comes in depths {string.Join(", ", columns.Select(column => column.Depth))}.");
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        return Describe(found, batchNorm && variant == VggVariant.Standard, dropout);
    }

    private static Architecture Describe(Variant variant, bool batchNorm, double dropout = DefaultDropout)
    {
        var name = batchNorm ? $"{variant.Name}_bn" : variant.Name;
        return new()
        {
            Name = name,
            Family = "VGG",
            Paper = "Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition (2014)",
            Year = 2014,
            ImageSize = 224,
            MinimumImageSize = 32, // halved five times
            Training = new() { BatchSize = 32, LearningRate = batchNorm ? 0.02 : 0.01, WeightDecay = 5e-4 },
            Head = "classifier.6",
            Stages = Stages(variant, batchNorm),
            Configure = reader => Describe(variant, batchNorm, reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, variant, batchNorm, dropout),
        };
    }

    // One stage per block of convolutions, which "features" counts through layer by layer, and one per linear layer.
    private static List<IReadOnlyList<string>> Stages(Variant variant, bool batchNorm)
    {
        var blocks = Features(variant, 1, batchNorm).Select((layer, position) => (layer.Block, layer.HasWeights, Path: $"features.{position}"))
            .Where(layer => layer.HasWeights).GroupBy(layer => layer.Block, layer => layer.Path);
        return [.. blocks.Select(block => block.ToArray()), ["classifier.0"], ["classifier.3"], ["classifier.6"]];
    }

    // The layers between the images and the classifier, with the block that each belongs to.
    private static IEnumerable<(int Block, bool HasWeights, Func<Layer> Create)> Features(Variant variant, int channels, bool batchNorm)
    {
        for (var block = 0; block < variant.Convolutions.Length; block++)
        {
            for (var i = 0; i < variant.Convolutions[block]; i++)
            {
                var (inChannels, outChannels) = (channels, Channels[block]);
                var kernel = variant.Choice == VggVariant.Pointwise && i == 2 ? 1 : 3;
                yield return (block, true, () => new Conv2d(inChannels, outChannels, kernel, padding: kernel / 2));
                if (batchNorm)
                    yield return (block, true, () => new BatchNorm2d(outChannels));
                yield return (block, false, () => new ReLU(inPlace: true));
                if (variant.Choice == VggVariant.LocalResponseNorm && block == 0)
                    yield return (block, false, () => new LocalResponseNorm()); // with the parameters of Krizhevsky et al. 2012 (§2.1)
                channels = outChannels;
            }
            yield return (block, false, () => new MaxPool2d(2));  // 112, 56, 28, 14, 7 pixels
        }
    }

    /// <param name="Name">torchvision's name, where it has the network.</param>
    /// <param name="Depth">Layers with weights.</param>
    /// <param name="Choice">The same, for options: what sets it apart.</param>
    /// <param name="Convolutions">Convolutions in each of the five blocks.</param>
    private sealed record Variant(string Name, int Depth, VggVariant Choice, int[] Convolutions);

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;
        private readonly Layer avgpool, flatten;

        public Network(NetworkShape shape, Variant variant, bool batchNorm, double dropout) : base(nameof(Vgg))
        {
            features = new Sequential(Features(variant, shape.Channels, batchNorm).Select(layer => layer.Create()));   // N × 512 × 7 × 7
            avgpool = new AdaptiveAvgPool2d(7);                                             // N × 512 × 7 × 7 for images of any size
            flatten = new Flatten();                                                        // N × 25088
            classifier = new Sequential(
                new Linear(512 * 7 * 7, 4096),                                              // N × 4096
                new ReLU(inPlace: true),
                new Dropout(dropout),
                new Linear(4096, 4096),                                                     // N × 4096
                new ReLU(inPlace: true),
                new Dropout(dropout),
                new Linear(4096, shape.Classes));                                           // N × classes
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearNormal(this, 0.01);
        }

        public override Tensor forward(Tensor images) => features.call(images).Apply(avgpool).Apply(flatten).Apply(classifier);
    }
}
