using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The residual and plain networks for CIFAR-10 (He et al. 2015, §4.2): 6n + 2 layers with weights in three stages.</summary>
public static class ResNetCifar
{
    private static readonly int[] ResidualDepths = [20, 32, 44, 56, 110];
    private static readonly int[] PlainDepths = [20, 32, 44, 56];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
    [
        .. ResidualDepths.Select(depth => Describe("resnet", depth, ResidualShortcut.ZeroPadding)),
        .. PlainDepths.Select(depth => Describe("plain", depth, ResidualShortcut.None)),
    ];

    /// <summary>A residual network for CIFAR-10, whose shortcuts have no parameters (option A).</summary>
    /// <param name="depth">Layers with weights: 20, 32, 44, 56 or 110. Default 20.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth.</exception>
    public static Architecture Create(int depth = 20) => Find("resnet", "ResNet", ResidualDepths, depth);

    /// <summary>The same layers without shortcuts: the paper's plain network for CIFAR-10.</summary>
    /// <param name="depth">Layers with weights: 20, 32, 44 or 56. Default 20.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth.</exception>
    public static Architecture CreatePlain(int depth = 20) => Find("plain", "The plain network", PlainDepths, depth);

    private static Architecture Find(string kind, string called, int[] depths, int depth) => depths.Contains(depth)
        ? All.First(architecture => architecture.Name == Name(kind, depth))
        : throw new ArgumentOutOfRangeException(nameof(depth), depth, $"{called} for CIFAR comes in depths {string.Join(", ", depths)}.");

    private static string Name(string kind, int depth) => $"{kind}{depth}_cifar";

    private static Architecture Describe(string kind, int depth, ResidualShortcut shortcut) => new()
    {
        Name = Name(kind, depth),
        Family = "ResNet",
        Paper = ResNet.ResNetPaper,
        Year = 2015,
        ImageSize = 32,
        MinimumImageSize = 1, // every kernel that reaches beyond an image finds padding there
        DefaultClasses = 10,
        Normalization = Normalization.Cifar10,
        // §4.2: batches of 128 from a learning rate of 0.1, which the deepest network takes only after a warm-up.
        Training = new() { BatchSize = 128, LearningRate = depth == 110 ? 0.05 : 0.1, WeightDecay = 1e-4 },
        Head = "fc",
        Stages = [["conv1", "bn1"], ["layer1"], ["layer2"], ["layer3"], ["fc"]],
        Build = shape => new Network(shape, (depth - 2) / 6, shortcut),
    };

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Layer conv1, bn1, relu;
        private readonly Sequential layer1, layer2, layer3;
        private readonly Layer avgpool, flatten, fc;

        public Network(NetworkShape shape, int blocks, ResidualShortcut shortcut) : base(nameof(ResNetCifar))
        {
            conv1 = new Conv2d(shape.Channels, 16, kernel: 3, padding: 1, bias: false);
            bn1 = new BatchNorm2d(16);
            relu = new ReLU(inPlace: true);
            layer1 = Stage(16, 16, stride: 1);
            layer2 = Stage(16, 32, stride: 2);
            layer3 = Stage(32, 64, stride: 2);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            fc = new Linear(64, shape.Classes);
            RegisterComponents();
            // "We adopt the weight initialization in [12]" (§3.4), which is He et al. 2015, "Delving deep into rectifiers".
            Initialization.ConvolutionsKaimingFanOut(this);

            Sequential Stage(int inChannels, int outChannels, int stride) => new(Enumerable.Range(0, blocks)
                .Select(i => new ResidualBlock(i == 0 ? inChannels : outChannels, outChannels, i == 0 ? stride : 1, shortcut: shortcut)));
        }

        public override Tensor forward(Tensor images) =>        // N × C × 32 × 32
            conv1.call(images).Apply(bn1, relu)                  // N × 16 × 32 × 32
                .Apply(layer1)                                   // N × 16 × 32 × 32
                .Apply(layer2)                                   // N × 32 × 16 × 16
                .Apply(layer3)                                   // N × 64 × 8 × 8
                .Apply(avgpool)                                  // N × 64 × 1 × 1
                .Apply(flatten)                                  // N × 64
                .Apply(fc);                                      // N × classes
    }
}
