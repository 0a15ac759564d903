using System.Globalization;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>MobileNetV2, whose residual blocks are narrow at the ends, wide in between, and linear at the last step.</summary>
public static class MobileNetV2
{
    private const string Name = "mobilenet_v2";
    private const double DefaultDropout = 0.2;

    // Sandler et al. 2018, table 2: t, c, n and s of each row.
    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Rows =
    [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>MobileNetV2 (Sandler et al. 2018, table 2).</summary>
    /// <param name="widthMultiplier">
    /// Factor on the channels of every layer but, below 1, the last convolution's (§4, "trade-off hyper parameters"; there 0.35 to 1.4),
    /// above 0, at most 10; channels are rounded to multiples of 8. Default 1.
    /// </param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.2, as in torchvision.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Architecture Create(double widthMultiplier = 1, double dropout = DefaultDropout)
    {
        ArchitectureSettings.CheckMultiplier(widthMultiplier, nameof(widthMultiplier));
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        return new()
        {
            Name = Name,
            Family = "MobileNetV2",
            Paper = "Sandler, Howard, Zhu, Zhmoginov, Chen: MobileNetV2: inverted residuals and linear bottlenecks (2018)",
            Year = 2018,
            ImageSize = 224,
            MinimumImageSize = 1,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 4e-5 },
            Head = "classifier.1",
            Stages = Stages(),
            Configure = reader => Create(reader.Multiplier("width", widthMultiplier), reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, widthMultiplier, dropout),
        };
    }

    // One stage per row of the table; "features" counts through the blocks of all rows.
    private static List<IReadOnlyList<string>> Stages()
    {
        var stages = new List<IReadOnlyList<string>> { new[] { "features.0" } };
        var first = 1;
        foreach (var row in Rows)
        {
            stages.Add([.. Enumerable.Range(first, row.Blocks).Select(block => $"features.{block.ToString(CultureInfo.InvariantCulture)}")]);
            first += row.Blocks;
        }
        return [.. stages, [$"features.{first.ToString(CultureInfo.InvariantCulture)}"], ["classifier.1"]];
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly Layer avgpool, flatten;
        private readonly Sequential classifier;

        public Network(NetworkShape shape, double width, double dropout) : base(nameof(MobileNetV2))
        {
            var convNorm = new ConvNorm();
            var channels = ChannelRounding.ToMultiple(32 * width);
            var last = ChannelRounding.ToMultiple(1280 * Math.Max(1, width));
            List<Module<Tensor, Tensor>> layers = [convNorm.Of(shape.Channels, channels, kernel: 3, new ReLU6(inPlace: true), stride: 2)];
            foreach (var row in Rows)
            {
                var outChannels = ChannelRounding.ToMultiple(row.Channels * width);
                for (var i = 0; i < row.Blocks; i++)
                {
                    layers.Add(new Block(channels, outChannels, i == 0 ? row.Stride : 1, row.Expansion, convNorm));
                    channels = outChannels;
                }
            }
            layers.Add(convNorm.Of(channels, last, kernel: 1, new ReLU6(inPlace: true)));
            features = new Sequential(layers);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            classifier = new Sequential(new Dropout(dropout), new Linear(last, shape.Classes));
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearNormal(this, 0.01);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            features.call(images)                               // N × 1280 × 7 × 7
                .Apply(avgpool)                                  // N × 1280 × 1 × 1
                .Apply(flatten)                                  // N × 1280
                .Apply(classifier);                              // N × classes
    }

    /// <summary>
    /// An inverted residual (table 1): 1 × 1 to t times the channels, 3 × 3 per channel, 1 × 1 without an activation; x is added where shapes agree.
    /// </summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential conv;
        private readonly Add? add;

        public Block(int inChannels, int outChannels, int stride, int expansion, ConvNorm convNorm) : base(nameof(Block))
        {
            var hidden = inChannels * expansion;
            List<Module<Tensor, Tensor>> layers = [];
            if (expansion != 1)
                layers.Add(convNorm.Of(inChannels, hidden, kernel: 1, new ReLU6(inPlace: true)));
            layers.Add(convNorm.Of(hidden, hidden, kernel: 3, new ReLU6(inPlace: true), stride, groups: hidden));
            layers.Add(new Conv2d(hidden, outChannels, kernel: 1, bias: false));
            layers.Add(convNorm.Norm(outChannels));
            conv = new Sequential(layers);
            if (stride == 1 && inChannels == outChannels)
                add = new Add(inPlace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var result = conv.call(input);
            if (add is null)
                return result;
            using (result)
                return add.call([result, input]);
        }
    }
}
