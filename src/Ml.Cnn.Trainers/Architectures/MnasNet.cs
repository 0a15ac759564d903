using System.Globalization;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>MNASNet, searched for accuracy and the time that a phone takes: torchvision's form, B1, without squeeze and excitation.</summary>
public static class MnasNet
{
    private const double DefaultDropout = 0.2;

    // Tan et al. 2018, §4: "batch normalization is added … with momentum 0.9997", which is the share of what was there before.
    private const double DefaultNormMomentum = 1 - 0.9997;

    private const int StemChannels = 32;
    private const int SeparableChannels = 16;
    private const int LastChannels = 1280;

    private static readonly Variant[] Variants = [new("mnasnet0_5", 0.5), new("mnasnet0_75", 0.75), new("mnasnet1_0", 1), new("mnasnet1_3", 1.3)];

    // Tan et al. 2018, figure 7, without its squeeze and excitation.
    private static readonly Row[] Rows =
    [
        new(24, 3, 2, 3, 3), new(40, 5, 2, 3, 3), new(80, 5, 2, 6, 3), new(96, 3, 1, 6, 2), new(192, 5, 2, 6, 4), new(320, 3, 1, 6, 1),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Variants.Select(variant => Create(variant.Width))];

    /// <summary>MNASNet-B1 (Tan et al. 2018, figure 7).</summary>
    /// <param name="widthMultiplier">Factor on the channels of every layer but the last convolution: 0.5, 0.75, 1 or 1.3. Default 1.</param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.2, as in torchvision.</param>
    /// <param name="normMomentum">
    /// Share of each batch in batch normalization's running statistics, above 0, at most 1. Default 0.0003 (§4), for trainings of many
    /// thousands of steps: after a thousand, scoring still uses three quarters of the statistics that it began with. Take 0.1 for a short
    /// training from random weights.
    /// </param>
    /// <param name="scaledStem">
    /// Whether the first three convolutions have the width's channels, too. Default true, as in torchvision's published weights; false for weights
    /// of torchvision before 0.5, whose first convolutions have 32, 32 and 16 channels at every width.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such width, or a number is outside its range.</exception>
    public static Architecture Create(
        double widthMultiplier = 1, double dropout = DefaultDropout, double normMomentum = DefaultNormMomentum, bool scaledStem = true)
    {
        var variant = Variants.FirstOrDefault(variant => variant.Width == widthMultiplier)
            ?? throw new ArgumentOutOfRangeException(nameof(widthMultiplier), widthMultiplier,
                $"MNASNet comes in the widths {string.Join(", ", Variants.Select(v => v.Width.ToString(CultureInfo.InvariantCulture)))}.");
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        if (!IsMomentum(normMomentum))
            throw new ArgumentOutOfRangeException(nameof(normMomentum), normMomentum, "The momentum of batch normalization lies above 0 and is at most 1.");
        return new()
        {
            Name = variant.Name,
            Family = "MNASNet",
            Paper = "Tan, Chen, Pang, Vasudevan, Sandler, Howard, Le: MnasNet: platform-aware neural architecture search for mobile (2018)",
            Year = 2018,
            ImageSize = 224,
            MinimumImageSize = 1,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 1e-5 },
            Head = "classifier.1",
            Stages = Stages(),
            Configure = reader => Create(variant.Width, reader.Probability("dropout", dropout),
                reader.Number("norm_momentum", normMomentum, IsMomentum), reader.Flag("scaled_stem", scaledStem)),
            StateVersion = scaledStem ? 2 : 1,
            Build = shape => new Network(shape, new(variant.Width, dropout, normMomentum, scaledStem)),
        };
    }

    private static bool IsMomentum(double value) => value is > 0 and <= 1;

    // "layers" counts through convolutions, normalizations and activations of the stem, then the rows, then the last convolution's.
    private static List<IReadOnlyList<string>> Stages() =>
    [
        [.. Layers(0, 1, 3, 4, 6, 7)],
        .. Enumerable.Range(8, Rows.Length).Select(row => (string[])[.. Layers(row)]),
        [.. Layers(8 + Rows.Length, 9 + Rows.Length)],
        ["classifier.1"],
    ];

    private static IEnumerable<string> Layers(params int[] numbers) => numbers.Select(number => $"layers.{number.ToString(CultureInfo.InvariantCulture)}");

    private sealed record Variant(string Name, double Width);

    private sealed record Row(int Channels, int Kernel, int Stride, int Expansion, int Blocks);

    private sealed record Choices(double Width, double Dropout, double NormMomentum, bool ScaledStem)
    {
        public int Channels(int published) => ChannelRounding.ToMultiple(published * Width);

        public int OfStem(int published) => ScaledStem ? Channels(published) : published;

        public BatchNorm2d Norm(int channels) => new(channels, momentum: NormMomentum);
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential layers;
        private readonly Layer avgpool, flatten;
        private readonly Sequential classifier;

        public Network(NetworkShape shape, Choices choices) : base(nameof(MnasNet))
        {
            var (stem, channels) = (choices.OfStem(StemChannels), choices.OfStem(SeparableChannels));
            List<Module<Tensor, Tensor>> all =
            [
                new Conv2d(shape.Channels, stem, kernel: 3, stride: 2, padding: 1, bias: false),
                choices.Norm(stem),
                new ReLU(inPlace: true),
                new Conv2d(stem, stem, kernel: 3, padding: 1, groups: stem, bias: false),
                choices.Norm(stem),
                new ReLU(inPlace: true),
                new Conv2d(stem, channels, kernel: 1, bias: false),
                choices.Norm(channels),
            ];
            foreach (var row in Rows)
            {
                all.Add(Stack(row, channels, choices));
                channels = choices.Channels(row.Channels);
            }
            all.AddRange([new Conv2d(channels, LastChannels, kernel: 1, bias: false), choices.Norm(LastChannels), new ReLU(inPlace: true)]);
            layers = new Sequential(all);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            classifier = new Sequential(new Dropout(choices.Dropout), new Linear(LastChannels, shape.Classes));
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearKaimingUniformFanOut(this);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            layers.call(images)                                 // N × 1280 × 7 × 7
                .Apply(avgpool)                                 // N × 1280 × 1 × 1
                .Apply(flatten)                                 // N × 1280
                .Apply(classifier);                             // N × classes

        private static Sequential Stack(Row row, int inChannels, Choices choices)
        {
            var outChannels = choices.Channels(row.Channels);
            return new([.. Enumerable.Range(0, row.Blocks).Select(i =>
                new Block(i == 0 ? inChannels : outChannels, outChannels, row.Kernel, i == 0 ? row.Stride : 1, row.Expansion, choices))]);
        }
    }

    /// <summary>
    /// An inverted residual (figure 7): 1 × 1 to a multiple of the channels, 3 × 3 or 5 × 5 per channel, 1 × 1 without an activation; the input is
    /// added where shapes agree.
    /// </summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential layers;
        private readonly Add? add;

        public Block(int inChannels, int outChannels, int kernel, int stride, int expansion, Choices choices) : base(nameof(Block))
        {
            var hidden = inChannels * expansion;
            layers = new Sequential(
                new Conv2d(inChannels, hidden, kernel: 1, bias: false),
                choices.Norm(hidden),
                new ReLU(inPlace: true),
                new Conv2d(hidden, hidden, kernel, stride, padding: kernel / 2, groups: hidden, bias: false),
                choices.Norm(hidden),
                new ReLU(inPlace: true),
                new Conv2d(hidden, outChannels, kernel: 1, bias: false),
                choices.Norm(outChannels));
            if (stride == 1 && inChannels == outChannels)
                add = new Add(inPlace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var result = layers.call(input);
            if (add is null)
                return result;
            using (result)
                return add.call([result, input]);
        }
    }
}
