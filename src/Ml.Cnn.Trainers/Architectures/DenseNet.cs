using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Densely connected networks: within a block, every layer sees the outputs of all layers before it.</summary>
public static class DenseNet
{
    private const double DefaultDropout = 0;

    // Table 1; "161" is torchvision's name for k = 48. Bottlenecks of 4k channels and transitions that halve the channels: DenseNet-BC (§3).
    private static readonly Variant[] ImageNet =
    [
        new("densenet121", 121, [6, 12, 24, 16], Growth: 32, Stem: 64),
        new("densenet161", 161, [6, 12, 36, 24], Growth: 48, Stem: 96),
        new("densenet169", 169, [6, 12, 32, 32], Growth: 32, Stem: 64),
        new("densenet201", 201, [6, 12, 48, 32], Growth: 32, Stem: 64),
    ];

    // §3, "Implementation details", and table 2: three blocks of (L − 4) / 3 layers, or half as many bottlenecks.
    private static readonly Variant[] Cifar =
    [
        new("densenet40_cifar", 40, [12, 12, 12], Growth: 12, Stem: 16, IsCifar: true, IsBottleneck: false),
        new("densenet100_bc_cifar", 100, [16, 16, 16], Growth: 12, Stem: 24, IsCifar: true),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. ImageNet.Concat(Cifar).Select(variant => Describe(variant, DefaultDropout))];

    /// <summary>A DenseNet for ImageNet's image size (Huang et al. 2016, table 1).</summary>
    /// <param name="depth">Layers with weights: 121, 169 or 201 with growth rate 32, 161 with 48. Default 121.</param>
    /// <param name="dropout">Dropout after each 3 × 3 convolution, from 0 to below 1. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth, or the dropout is outside its range.</exception>
    public static Architecture Create(int depth = 121, double dropout = DefaultDropout) => Find(ImageNet, "DenseNet", depth, dropout);

    /// <summary>A DenseNet for CIFAR-10 with growth rate 12 (Huang et al. 2016, table 2).</summary>
    /// <param name="depth">Layers with weights: 40 without bottlenecks, or 100 with (DenseNet-BC). Default 100.</param>
    /// <param name="dropout">Dropout after each convolution in a block, from 0 to below 1. Default 0; the paper has 0.2 where images are not augmented.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth, or the dropout is outside its range.</exception>
    public static Architecture CreateCifar(int depth = 100, double dropout = DefaultDropout) => Find(Cifar, "DenseNet for CIFAR", depth, dropout);

    private static Architecture Find(Variant[] variants, string called, int depth, double dropout)
    {
        var variant = variants.FirstOrDefault(variant => variant.Depth == depth)
            ?? throw new ArgumentOutOfRangeException(nameof(depth), depth,
            $"{called} comes in depths {string.Join(", ", variants.Select(v => v.Depth).Order())}.");
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        return Describe(variant, dropout);
    }

    private static Architecture Describe(Variant variant, double dropout) => new()
    {
        Name = variant.Name,
        Family = "DenseNet",
        Paper = "Huang, Liu, van der Maaten, Weinberger: Densely connected convolutional networks (2016)",
        Year = 2016,
        ImageSize = variant.IsCifar ? 32 : 224,
        MinimumImageSize = variant.IsCifar ? 4 : 29, // 4 → 2 → 1, or 29 → 15 → 8 → 4 → 2 → 1
        DefaultClasses = variant.IsCifar ? 10 : 1000,
        Normalization = variant.IsCifar ? Normalization.Cifar10 : Normalization.ImageNet,
        Training = new() { BatchSize = variant.IsCifar ? 64 : 32, LearningRate = variant.IsCifar ? 0.1 : 0.05, WeightDecay = 1e-4 },
        Head = "classifier",
        Stages = Stages(variant),
        Configure = reader => Describe(variant, reader.Probability("dropout", dropout)),
        Build = shape => new Network(shape, variant, dropout),
    };

    // A transition belongs to the block after it, and the last normalization to the block before it.
    private static List<IReadOnlyList<string>> Stages(Variant variant)
    {
        var stages = new List<IReadOnlyList<string>> { variant.IsCifar ? ["features.conv0"] : ["features.conv0", "features.norm0"] };
        for (var block = 1; block <= variant.Blocks.Length; block++)
        {
            var stage = new List<string> { $"features.denseblock{block}" };
            if (block > 1)
                stage.Add($"features.transition{block - 1}");
            if (block == variant.Blocks.Length)
                stage.Add("features.norm5");
            stages.Add(stage);
        }
        return [.. stages, ["classifier"]];
    }

    /// <param name="Name">torchvision's name, where it has the network.</param>
    /// <param name="Depth">Layers with weights.</param>
    /// <param name="Blocks">Layers in each dense block.</param>
    /// <param name="Growth">The growth rate k: channels that a layer adds.</param>
    /// <param name="Stem">Channels of the first convolution.</param>
    /// <param name="IsCifar">Whether the first convolution keeps the image's size.</param>
    /// <param name="IsBottleneck">Whether layers are bottlenecks and transitions halve the channels (DenseNet-BC).</param>
    private sealed record Variant(string Name, int Depth, int[] Blocks, int Growth, int Stem, bool IsCifar = false, bool IsBottleneck = true);

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly Layer relu, avgpool, flatten, classifier;

        public Network(NetworkShape shape, Variant variant, double dropout) : base(nameof(DenseNet))
        {
            var layers = new List<(string, Module<Tensor, Tensor>)>(Stem(shape.Channels, variant));
            var channels = variant.Stem;
            for (var block = 1; block <= variant.Blocks.Length; block++)
            {
                var dense = new DenseBlock(variant.Blocks[block - 1], channels, variant.Growth, variant.IsBottleneck ? 4 * variant.Growth : null, dropout);
                layers.Add(($"denseblock{block}", dense));
                channels = dense.OutChannels;
                if (block == variant.Blocks.Length)
                    break;
                var compressed = variant.IsBottleneck ? channels / 2 : channels;
                layers.Add(($"transition{block}", Transition(channels, compressed)));
                channels = compressed;
            }
            layers.Add(("norm5", new BatchNorm2d(channels)));
            features = new Sequential(layers);
            relu = new ReLU(inPlace: true);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            var linear = new Linear(channels, shape.Classes);
            classifier = linear;
            RegisterComponents();
            // As torchvision and the authors draw them (He et al. 2015, as the paper says in §4.2).
            Initialization.ConvolutionsKaimingFanIn(this);
            using var noGradient = no_grad();
            linear.Bias!.zero_();
        }

        // densenet121, 224 × 224 images: 56 × 56 pixels after the stem, then 28, 14 and 7 after the transitions, and N × 1024 × 7 × 7 features.
        public override Tensor forward(Tensor images) => features.call(images).Apply(relu).Apply(avgpool).Apply(flatten).Apply(classifier);

        private static (string, Module<Tensor, Tensor>)[] Stem(int channels, Variant variant) => variant.IsCifar
            ? [("conv0", new Conv2d(channels, variant.Stem, kernel: 3, padding: 1, bias: false))]
            :
            [
                ("conv0", new Conv2d(channels, variant.Stem, kernel: 7, stride: 2, padding: 3, bias: false)),   // N × stem × 112 × 112
                ("norm0", new BatchNorm2d(variant.Stem)),
                ("relu0", new ReLU(inPlace: true)),
                ("pool0", new MaxPool2d(kernel: 3, stride: 2, padding: 1)),                                     // N × stem × 56 × 56
            ];

        private static Sequential Transition(int channels, int compressed) => new(
            ("norm", new BatchNorm2d(channels)),
            ("relu", new ReLU(inPlace: true)),
            ("conv", new Conv2d(channels, compressed, kernel: 1, bias: false)),
            ("pool", new AvgPool2d(2)));
    }
}
