using System.Globalization;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>ShuffleNet V2, which lets half of the channels pass every unit untouched and shuffles the halves.</summary>
public static class ShuffleNetV2
{
    // Ma et al. 2018, table 5: the channels of stages 2 to 4 and of the last convolution.
    private static readonly Variant[] Variants =
    [
        new("shufflenet_v2_x0_5", 0.5, [48, 96, 192], 1024),
        new("shufflenet_v2_x1_0", 1, [116, 232, 464], 1024),
        new("shufflenet_v2_x1_5", 1.5, [176, 352, 704], 1024),
        new("shufflenet_v2_x2_0", 2, [244, 488, 976], 2048),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Variants.Select(Describe)];

    /// <summary>ShuffleNet V2 (Ma et al. 2018, table 5).</summary>
    /// <param name="scale">The network's size: 0.5, 1, 1.5 or 2. Default 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such size.</exception>
    public static Architecture Create(double scale = 1)
    {
        var variant = Variants.FirstOrDefault(variant => variant.Scale == scale)
            ?? throw new ArgumentOutOfRangeException(nameof(scale), scale,
                $"ShuffleNet V2 comes in the sizes {string.Join(", ", Variants.Select(v => v.Scale.ToString(CultureInfo.InvariantCulture)))}.");
        return All.First(architecture => architecture.Name == variant.Name);
    }

    private static Architecture Describe(Variant variant) => new()
    {
        Name = variant.Name,
        Family = "ShuffleNetV2",
        Paper = "Ma, Zhang, Zheng, Sun: ShuffleNet V2: practical guidelines for efficient CNN architecture design (2018)",
        Year = 2018,
        ImageSize = 224,
        MinimumImageSize = 1,
        Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 4e-5 },
        Head = "fc",
        Stages = [["conv1"], ["stage2"], ["stage3"], ["stage4"], ["conv5"], ["fc"]],
        Build = shape => new Network(shape, variant),
    };

    private sealed record Variant(string Name, double Scale, int[] Channels, int LastChannels);

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential conv1;
        private readonly Layer maxpool;
        private readonly Sequential stage2, stage3, stage4, conv5;
        private readonly Layer avgpool, flatten, fc;

        public Network(NetworkShape shape, Variant variant) : base(nameof(ShuffleNetV2))
        {
            var channels = 24;
            conv1 = Convolution(shape.Channels, channels, kernel: 3, stride: 2);
            maxpool = new MaxPool2d(kernel: 3, stride: 2, padding: 1);
            stage2 = Stage(variant.Channels[0], units: 4);
            stage3 = Stage(variant.Channels[1], units: 8);
            stage4 = Stage(variant.Channels[2], units: 4);
            conv5 = Convolution(channels, variant.LastChannels, kernel: 1, stride: 1);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            fc = new Linear(variant.LastChannels, shape.Classes);
            RegisterComponents();

            Sequential Stage(int outChannels, int units)
            {
                List<Module<Tensor, Tensor>> stage = [new DownsamplingUnit(channels, outChannels)];
                for (var i = 1; i < units; i++)
                    stage.Add(new Unit(outChannels));
                channels = outChannels;
                return new(stage);
            }

            static Sequential Convolution(int inChannels, int outChannels, int kernel, int stride) => new(
                new Conv2d(inChannels, outChannels, kernel, stride, padding: kernel / 2, bias: false),
                new BatchNorm2d(outChannels),
                new ReLU(inPlace: true));
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            conv1.call(images)                                  // N × 24 × 112 × 112
                .Apply(maxpool)                                  // N × 24 × 56 × 56
                .Apply(stage2)                                   // N × 116 × 28 × 28 at size 1
                .Apply(stage3)                                   // N × 232 × 14 × 14
                .Apply(stage4)                                   // N × 464 × 7 × 7
                .Apply(conv5)                                    // N × 1024 × 7 × 7
                .Apply(avgpool)                                  // N × 1024 × 1 × 1
                .Apply(flatten)                                  // N × 1024
                .Apply(fc);                                      // N × classes
    }

    // 1 × 1, 3 × 3 per channel, 1 × 1: the branch that works, in both kinds of units.
    private static Sequential Branch(int inChannels, int channels, int stride) => new(
        new Conv2d(inChannels, channels, kernel: 1, bias: false),
        new BatchNorm2d(channels),
        new ReLU(inPlace: true),
        new Conv2d(channels, channels, kernel: 3, stride, padding: 1, groups: channels, bias: false),
        new BatchNorm2d(channels),
        new Conv2d(channels, channels, kernel: 1, bias: false),
        new BatchNorm2d(channels),
        new ReLU(inPlace: true));

    /// <summary>The basic unit (figure 3c): half of the channels pass, half go through the branch; then both are shuffled.</summary>
    private sealed class Unit : Module<Tensor, Tensor>
    {
        private readonly Layer pass, work;
        private readonly Sequential branch2;
        private readonly Concatenate concat;
        private readonly Layer shuffle;

        public Unit(int channels) : base(nameof(Unit))
        {
            var half = channels / 2;
            pass = new Slice(0, half);
            work = new Slice(half, half);
            branch2 = Branch(half, half, stride: 1);
            concat = new Concatenate();
            shuffle = new ChannelShuffle(2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var passed = pass.call(input);
            using var worked = work.call(input).Apply(branch2);
            return concat.call([passed, worked]).Apply(shuffle);
        }
    }

    /// <summary>The unit that halves the size (figure 3d): both halves of the output are computed from all channels.</summary>
    private sealed class DownsamplingUnit : Module<Tensor, Tensor>
    {
        private readonly Sequential branch1, branch2;
        private readonly Concatenate concat;
        private readonly Layer shuffle;

        public DownsamplingUnit(int inChannels, int outChannels) : base(nameof(DownsamplingUnit))
        {
            var half = outChannels / 2;
            branch1 = new Sequential(
                new Conv2d(inChannels, inChannels, kernel: 3, stride: 2, padding: 1, groups: inChannels, bias: false),
                new BatchNorm2d(inChannels),
                new Conv2d(inChannels, half, kernel: 1, bias: false),
                new BatchNorm2d(half),
                new ReLU(inPlace: true));
            branch2 = Branch(inChannels, half, stride: 2);
            concat = new Concatenate();
            shuffle = new ChannelShuffle(2);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var first = branch1.call(input);
            using var second = branch2.call(input);
            return concat.call([first, second]).Apply(shuffle);
        }
    }
}
