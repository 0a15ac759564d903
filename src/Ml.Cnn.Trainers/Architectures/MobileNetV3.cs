using System.Globalization;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>MobileNetV3, found by search: inverted residuals with squeeze-and-excitation and hard-swish.</summary>
public static class MobileNetV3
{
    private const double DefaultDropout = 0.2;

    // Howard et al. 2019, table 1. The stages end where the next block halves the size.
    private static readonly Variant Large = new("mobilenet_v3_large", LastChannels: 1280,
    [
        new(3, 16, 16, false, false, 1), new(3, 64, 24, false, false, 2), new(3, 72, 24, false, false, 1),
        new(5, 72, 40, true, false, 2), new(5, 120, 40, true, false, 1), new(5, 120, 40, true, false, 1),
        new(3, 240, 80, false, true, 2), new(3, 200, 80, false, true, 1), new(3, 184, 80, false, true, 1), new(3, 184, 80, false, true, 1),
        new(3, 480, 112, true, true, 1), new(3, 672, 112, true, true, 1),
        new(5, 672, 160, true, true, 2), new(5, 960, 160, true, true, 1), new(5, 960, 160, true, true, 1),
    ]);

    // Table 2.
    private static readonly Variant Small = new("mobilenet_v3_small", LastChannels: 1024,
    [
        new(3, 16, 16, true, false, 2), new(3, 72, 24, false, false, 2), new(3, 88, 24, false, false, 1),
        new(5, 96, 40, true, true, 2), new(5, 240, 40, true, true, 1), new(5, 240, 40, true, true, 1),
        new(5, 120, 48, true, true, 1), new(5, 144, 48, true, true, 1),
        new(5, 288, 96, true, true, 2), new(5, 576, 96, true, true, 1), new(5, 576, 96, true, true, 1),
    ]);

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [CreateLarge(), CreateSmall()];

    /// <summary>MobileNetV3-Large (Howard et al. 2019, table 1).</summary>
    /// <param name="widthMultiplier">Factor on the channels of every layer, above 0, at most 10; channels are rounded to multiples of 8. Default 1.</param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.2, as in torchvision (the paper has 0.8 in §6.1.1 as the
    /// share kept).</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Architecture CreateLarge(double widthMultiplier = 1, double dropout = DefaultDropout) => Create(Large, widthMultiplier, dropout);

    /// <summary>MobileNetV3-Small (Howard et al. 2019, table 2).</summary>
    /// <param name="widthMultiplier">Factor on the channels of every layer, above 0, at most 10; channels are rounded to multiples of 8. Default 1.</param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Architecture CreateSmall(double widthMultiplier = 1, double dropout = DefaultDropout) => Create(Small, widthMultiplier, dropout);

    private static Architecture Create(Variant variant, double widthMultiplier, double dropout)
    {
        ArchitectureSettings.CheckMultiplier(widthMultiplier, nameof(widthMultiplier));
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        return new()
        {
            Name = variant.Name,
            Family = "MobileNetV3",
            Paper = "Howard, Sandler, Chu, Chen, Chen, Tan, Wang, Zhu, Pang, Vasudevan, Le, Adam: Searching for MobileNetV3 (2019)",
            Year = 2019,
            ImageSize = 224,
            MinimumImageSize = 1,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 1e-5 },
            Head = "classifier.3",
            Stages = Stages(variant),
            Configure = reader => Create(variant, reader.Multiplier("width", widthMultiplier), reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, variant, widthMultiplier, dropout),
        };
    }

    // A stage begins with each block that halves the size.
    private static List<IReadOnlyList<string>> Stages(Variant variant)
    {
        var stages = new List<List<string>> { new() { Feature(0) } };
        for (var i = 0; i < variant.Rows.Length; i++)
        {
            if (variant.Rows[i].Stride > 1)
                stages.Add([]);
            stages[^1].Add(Feature(i + 1));
        }
        return [.. stages, [Feature(variant.Rows.Length + 1)], ["classifier.0"], ["classifier.3"]];

        static string Feature(int position) => $"features.{position.ToString(CultureInfo.InvariantCulture)}";
    }

    /// <param name="Name">torchvision's name.</param>
    /// <param name="LastChannels">Outputs of the layer before the head.</param>
    /// <param name="Rows">The blocks.</param>
    private sealed record Variant(string Name, int LastChannels, Row[] Rows);

    /// <summary>A row of table 1 or 2.</summary>
    private sealed record Row(int Kernel, int Expanded, int Channels, bool SqueezeExcite, bool HardSwish, int Stride)
    {
        public Layer Activation() => HardSwish ? new Hardswish() : new ReLU(inPlace: true);
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly Layer avgpool, flatten;
        private readonly Sequential classifier;

        public Network(NetworkShape shape, Variant variant, double width, double dropout) : base(nameof(MobileNetV3))
        {
            var convNorm = new ConvNorm(Epsilon: 1e-3, Momentum: 0.01);
            var channels = ChannelRounding.ToMultiple(16 * width);
            List<Module<Tensor, Tensor>> layers = [convNorm.Of(shape.Channels, channels, kernel: 3, new Hardswish(), stride: 2)];
            foreach (var row in variant.Rows)
            {
                var outChannels = ChannelRounding.ToMultiple(row.Channels * width);
                layers.Add(new Block(channels, ChannelRounding.ToMultiple(row.Expanded * width), outChannels, row, convNorm));
                channels = outChannels;
            }
            layers.Add(convNorm.Of(channels, 6 * channels, kernel: 1, new Hardswish()));
            features = new Sequential(layers);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            var last = ChannelRounding.ToMultiple(variant.LastChannels * width);
            classifier = new Sequential(new Linear(6 * channels, last), new Hardswish(), new Dropout(dropout), new Linear(last, shape.Classes));
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearNormal(this, 0.01);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            features.call(images)                               // N × 960 × 7 × 7, small: 576
                .Apply(avgpool)                                  // N × 960 × 1 × 1
                .Apply(flatten)                                  // N × 960
                .Apply(classifier);                              // N × classes
    }

    /// <summary>An inverted residual with squeeze-and-excitation after its depthwise convolution (figure 4).</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential block;
        private readonly Add? add;

        public Block(int inChannels, int expanded, int outChannels, Row row, ConvNorm convNorm) : base(nameof(Block))
        {
            List<Module<Tensor, Tensor>> layers = [];
            if (expanded != inChannels)
                layers.Add(convNorm.Of(inChannels, expanded, kernel: 1, row.Activation()));
            layers.Add(convNorm.Of(expanded, expanded, row.Kernel, row.Activation(), row.Stride, groups: expanded));
            if (row.SqueezeExcite) // to a quarter, §5.3
                layers.Add(new SqueezeExcitation(expanded, ChannelRounding.ToMultiple(expanded / 4), scaleActivation: new Hardsigmoid()));
            layers.Add(convNorm.Of(expanded, outChannels, kernel: 1, activation: null));
            block = new Sequential(layers);
            if (row.Stride == 1 && inChannels == outChannels)
                add = new Add(inPlace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var result = block.call(input);
            if (add is null)
                return result;
            using (result)
                return add.call([result, input]);
        }
    }
}
