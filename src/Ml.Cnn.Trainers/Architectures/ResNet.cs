using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Residual networks for images of ImageNet's size, and their relatives: plain, with grouped (ResNeXt) and with wider 3 × 3 convolutions.</summary>
public static class ResNet
{
    internal const string ResNetPaper = "He, Zhang, Ren, Sun: Deep residual learning for image recognition (2015)";
    private const string ResNeXtPaper = "Xie, Girshick, Dollár, Tu, He: Aggregated residual transformations for deep neural networks (2016)";
    private const string WidePaper = "Zagoruyko, Komodakis: Wide residual networks (2016)";

    private static readonly Variant[] Residual =
    [
        new("resnet18", 18, [2, 2, 2, 2], Bottleneck: false),
        new("resnet34", 34, [3, 4, 6, 3], Bottleneck: false),
        new("resnet50", 50, [3, 4, 6, 3]),
        new("resnet101", 101, [3, 4, 23, 3]),
        new("resnet152", 152, [3, 8, 36, 3]),
    ];

    // The paper's plain networks (§3.3, figure 3, middle): the same layers without shortcuts.
    private static readonly Variant[] Plain =
    [
        new("plain18", 18, [2, 2, 2, 2], Bottleneck: false, Shortcut: ResidualShortcut.None),
        new("plain34", 34, [3, 4, 6, 3], Bottleneck: false, Shortcut: ResidualShortcut.None),
    ];

    private static readonly Variant[] Next =
    [
        new("resnext50_32x4d", 50, [3, 4, 6, 3], Groups: 32, Width: 4),
        new("resnext101_32x8d", 101, [3, 4, 23, 3], Groups: 32, Width: 8),
        new("resnext101_64x4d", 101, [3, 4, 23, 3], Groups: 64, Width: 4),
    ];

    private static readonly Variant[] Wide =
    [
        new("wide_resnet50_2", 50, [3, 4, 6, 3], Width: 128),
        new("wide_resnet101_2", 101, [3, 4, 23, 3], Width: 128),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        .. Residual.Select(variant => Describe(variant, "ResNet", ResNetPaper, 2015)),
        .. Plain.Select(variant => Describe(variant, "ResNet", ResNetPaper, 2015)),
        .. Next.Select(variant => Describe(variant, "ResNeXt", ResNeXtPaper, 2016)),
        .. Wide.Select(variant => Describe(variant, "Wide ResNet", WidePaper, 2016)),
    ];

    /// <summary>A residual network (He et al. 2015, table 1).</summary>
    /// <param name="depth">Layers with weights: 18, 34, 50, 101 or 152. Default 18.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth.</exception>
    public static Architecture Create(int depth = 18) => Find(Residual, "ResNet", nameof(depth), depth, variant => variant.Depth == depth);

    /// <summary>A plain network: the layers of a residual network without its shortcuts (He et al. 2015, §3.3).</summary>
    /// <param name="depth">Layers with weights: 18 or 34. Default 18.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth.</exception>
    public static Architecture CreatePlain(int depth = 18) => Find(Plain, "The plain network", nameof(depth), depth, variant => variant.Depth == depth);

    /// <summary>A ResNeXt, whose 3 × 3 convolutions work on groups of channels (Xie et al. 2016, table 1).</summary>
    /// <param name="depth">Layers with weights: 50 or 101. Default 50.</param>
    /// <param name="groups">Groups, the paper's cardinality: 32, or 64 at depth 101. Default 32.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public static Architecture CreateNext(int depth = 50, int groups = 32) =>
        Find(Next, "ResNeXt", nameof(depth), depth, variant => variant.Depth == depth && variant.Groups == groups);

    /// <summary>A residual network whose 3 × 3 convolutions have twice the channels (Zagoruyko and Komodakis 2016).</summary>
    /// <param name="depth">Layers with weights: 50 or 101. Default 50.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth.</exception>
    public static Architecture CreateWide(int depth = 50) => Find(Wide, "Wide ResNet", nameof(depth), depth, variant => variant.Depth == depth);

    private static Architecture Find(Variant[] variants, string family, string parameter, int depth, Func<Variant, bool> wanted)
    {
        var variant = variants.FirstOrDefault(wanted)
            ?? throw new ArgumentOutOfRangeException(parameter, depth, $"{family} comes in depths {string.Join(", ", variants.Select(v => v.Choice))}.");
        return All.First(architecture => architecture.Name == variant.Name);
    }

    private static Architecture Describe(Variant variant, string family, string paper, int year) => new()
    {
        Name = variant.Name,
        Family = family,
        Paper = paper,
        Year = year,
        ImageSize = 224,
        MinimumImageSize = 1, // every kernel that reaches beyond an image finds padding there
        Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 1e-4 },
        Head = "fc",
        Stages = [["conv1", "bn1"], ["layer1"], ["layer2"], ["layer3"], ["layer4"], ["fc"]],
        Build = shape => new Network(shape, variant),
    };

    /// <param name="Name">torchvision's name.</param>
    /// <param name="Depth">Layers with weights.</param>
    /// <param name="Blocks">Residual blocks in each of the four stages.</param>
    /// <param name="Bottleneck">Whether a block is 1 × 1, 3 × 3, 1 × 1 rather than two 3 × 3.</param>
    /// <param name="Groups">Groups of the 3 × 3 convolutions of a bottleneck.</param>
    /// <param name="Width">Channels of one group in the first stage's bottlenecks.</param>
    /// <param name="Shortcut">How a block's input reaches its output.</param>
    private sealed record Variant(string Name, int Depth, int[] Blocks, bool Bottleneck = true, int Groups = 1, int Width = 64,
        ResidualShortcut Shortcut = ResidualShortcut.Projection)
    {
        public string Choice => Groups == 1 ? $"{Depth}" : $"{Depth} with {Groups} groups";
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Layer conv1, bn1, relu, maxpool;
        private readonly Sequential layer1, layer2, layer3, layer4;
        private readonly Layer avgpool, flatten, fc;

        public Network(NetworkShape shape, Variant variant) : base(nameof(ResNet))
        {
            var channels = 64;
            conv1 = new Conv2d(shape.Channels, channels, kernel: 7, stride: 2, padding: 3, bias: false);
            bn1 = new BatchNorm2d(channels);
            relu = new ReLU(inPlace: true);
            maxpool = new MaxPool2d(kernel: 3, stride: 2, padding: 1);
            layer1 = Stage(64, variant.Blocks[0], stride: 1);
            layer2 = Stage(128, variant.Blocks[1], stride: 2);
            layer3 = Stage(256, variant.Blocks[2], stride: 2);
            layer4 = Stage(512, variant.Blocks[3], stride: 2);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            fc = new Linear(channels, shape.Classes);
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);

            Sequential Stage(int planes, int blocks, int stride)
            {
                var outChannels = variant.Bottleneck ? 4 * planes : planes;
                int? bottleneck = variant.Bottleneck ? planes * variant.Width / 64 * variant.Groups : null;
                return new(Enumerable.Range(0, blocks).Select(i =>
                {
                    var block = new ResidualBlock(channels, outChannels, i == 0 ? stride : 1, bottleneck, variant.Groups, variant.Shortcut);
                    channels = outChannels;
                    return block;
                }));
            }
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            conv1.call(images).Apply(bn1, relu)                  // N × 64 × 112 × 112
                .Apply(maxpool)                                  // N × 64 × 56 × 56
                .Apply(layer1)                                   // N × 64e × 56 × 56, e = 1, or 4 with bottlenecks
                .Apply(layer2)                                   // N × 128e × 28 × 28
                .Apply(layer3)                                   // N × 256e × 14 × 14
                .Apply(layer4)                                   // N × 512e × 7 × 7
                .Apply(avgpool)                                  // N × 512e × 1 × 1
                .Apply(flatten)                                  // N × 512e
                .Apply(fc);                                      // N × classes
    }
}
