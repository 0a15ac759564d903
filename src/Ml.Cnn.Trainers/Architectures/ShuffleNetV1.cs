using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>ShuffleNet, whose 1 × 1 convolutions work on groups of channels that are shuffled in between.</summary>
public static class ShuffleNetV1
{
    private const string Name = "shufflenet_v1";
    private const int StemChannels = 24;

    // Zhang et al. 2017, table 1: the channels of stage 2 for each number of groups, chosen for equal work. Each further stage doubles them.
    private static readonly Dictionary<int, int> Stage2Channels = new() { [1] = 144, [2] = 200, [3] = 240, [4] = 272, [8] = 384 };

    private static readonly int[] Repeats = [4, 8, 4];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>ShuffleNet (Zhang et al. 2017, table 1).</summary>
    /// <param name="groups">Groups of the 1 × 1 convolutions, the paper's g: 1, 2, 3, 4 or 8. Default 3.</param>
    /// <param name="scale">
    /// Factor on the channels of every layer, the paper's s (§3.3; there 1, 0.5 and 0.25), above 0, at most 10; rounded to channels that
    /// groups divide. Default 1.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Architecture Create(int groups = 3, double scale = 1)
    {
        if (!Stage2Channels.ContainsKey(groups))
            throw new ArgumentOutOfRangeException(nameof(groups), groups, $"ShuffleNet comes with {string.Join(", ", Stage2Channels.Keys)} groups.");
        ArchitectureSettings.CheckMultiplier(scale, nameof(scale));
        return new()
        {
            Name = Name,
            Family = "ShuffleNet",
            Paper = "Zhang, Zhou, Lin, Sun: ShuffleNet: an extremely efficient convolutional neural network for mobile devices (2017)",
            Year = 2017,
            ImageSize = 224,
            MinimumImageSize = 1,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 4e-5 },
            Head = "fc",
            Stages = [["conv1"], ["stage2"], ["stage3"], ["stage4"], ["fc"]],
            Configure = reader => Create(reader.OneOf("groups", Stage2Channels.Keys, groups), reader.Multiplier("scale", scale)),
            Build = shape => new Network(shape, groups, scale),
        };
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential conv1;
        private readonly Layer maxpool;
        private readonly Sequential stage2, stage3, stage4;
        private readonly Layer avgpool, flatten, fc;

        public Network(NetworkShape shape, int groups, double scale) : base(nameof(ShuffleNetV1))
        {
            // A quarter of a unit's channels and what its shortcut leaves of them must divide into groups.
            var channels = ToMultiple(StemChannels * scale, groups);
            var outChannels = ToMultiple(Stage2Channels[groups] * scale, 4 * groups);
            conv1 = new Sequential(
                new Conv2d(shape.Channels, channels, kernel: 3, stride: 2, padding: 1, bias: false),
                new BatchNorm2d(channels),
                new ReLU(inPlace: true));
            maxpool = new MaxPool2d(kernel: 3, stride: 2, padding: 1);
            // "We do not apply group convolution on the first pointwise layer because the number of input channels is relatively small" (§3.2).
            stage2 = Stage(Repeats[0], firstGroups: 1);
            stage3 = Stage(Repeats[1], groups);
            stage4 = Stage(Repeats[2], groups);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            fc = new Linear(channels, shape.Classes);
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearNormal(this, 0.01);

            Sequential Stage(int units, int firstGroups)
            {
                List<Unit> stage = [new(channels, outChannels, stride: 2, firstGroups, groups)];
                for (var i = 1; i < units; i++)
                    stage.Add(new(outChannels, outChannels, stride: 1, groups, groups));
                (channels, outChannels) = (outChannels, 2 * outChannels);
                return new(stage);
            }

            static int ToMultiple(double count, int divisor) => Math.Max(divisor, (int)Math.Round(count / divisor) * divisor);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            conv1.call(images)                                  // N × 24 × 112 × 112
                .Apply(maxpool)                                  // N × 24 × 56 × 56
                .Apply(stage2)                                   // N × 240 × 28 × 28 with three groups
                .Apply(stage3)                                   // N × 480 × 14 × 14
                .Apply(stage4)                                   // N × 960 × 7 × 7
                .Apply(avgpool)                                  // N × 960 × 1 × 1
                .Apply(flatten)                                  // N × 960
                .Apply(fc);                                      // N × classes
    }

    /// <summary>
    /// A unit (figure 2): grouped 1 × 1 to a quarter of the channels, shuffle, 3 × 3 per channel, grouped 1 × 1; then x is added (b), or,
    /// at stride 2, averaged over 3 × 3 and laid beside (c).
    /// </summary>
    private sealed class Unit : Module<Tensor, Tensor>
    {
        private readonly Layer? branch1;
        private readonly Sequential branch2;
        private readonly JoinLayer join;
        private readonly Layer relu;

        public Unit(int inChannels, int outChannels, int stride, int firstGroups, int groups) : base(nameof(Unit))
        {
            var bottleneck = outChannels / 4;
            var branchChannels = stride == 1 ? outChannels : outChannels - inChannels;
            if (stride != 1)
                branch1 = new AvgPool2d(kernel: 3, stride, padding: 1);
            branch2 = new Sequential(
                new Conv2d(inChannels, bottleneck, kernel: 1, groups: firstGroups, bias: false),
                new BatchNorm2d(bottleneck),
                new ReLU(inPlace: true),
                new ChannelShuffle(groups),
                new Conv2d(bottleneck, bottleneck, kernel: 3, stride, padding: 1, groups: bottleneck, bias: false),
                new BatchNorm2d(bottleneck),
                new Conv2d(bottleneck, branchChannels, kernel: 1, groups: groups, bias: false),
                new BatchNorm2d(branchChannels));
            join = stride == 1 ? new Add() : new Concatenate();
            relu = new ReLU(inPlace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var shortcut = branch1?.call(input);
            using var result = branch2.call(input);
            return join.call([shortcut ?? input, result]).Apply(relu);
        }
    }
}
