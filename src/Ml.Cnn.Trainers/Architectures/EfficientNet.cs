using System.Globalization;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>EfficientNet, one searched network that grows in depth, width and resolution together, and its second version.</summary>
public static class EfficientNet
{
    private const double DefaultStochasticDepth = 0.2;

    // Tan and Le 2019, table 1.
    private static readonly Row[] Baseline =
    [
        new(1, 3, 1, 32, 16, 1), new(6, 3, 2, 16, 24, 2), new(6, 5, 2, 24, 40, 2), new(6, 3, 2, 40, 80, 3),
        new(6, 5, 1, 80, 112, 3), new(6, 5, 2, 112, 192, 4), new(6, 3, 1, 192, 320, 1),
    ];

    // Tan and Le 2021, table 4, in the sizes of the authors' code, which starts with 24 channels; M and L grow by a searched rule.
    private static readonly Row[] SmallV2 =
    [
        new(1, 3, 1, 24, 24, 2, Fused: true), new(4, 3, 2, 24, 48, 4, Fused: true), new(4, 3, 2, 48, 64, 4, Fused: true),
        new(4, 3, 2, 64, 128, 6), new(6, 3, 1, 128, 160, 9), new(6, 3, 2, 160, 256, 15),
    ];

    private static readonly Row[] MediumV2 =
    [
        new(1, 3, 1, 24, 24, 3, Fused: true), new(4, 3, 2, 24, 48, 5, Fused: true), new(4, 3, 2, 48, 80, 5, Fused: true),
        new(4, 3, 2, 80, 160, 7), new(6, 3, 1, 160, 176, 14), new(6, 3, 2, 176, 304, 18), new(6, 3, 1, 304, 512, 5),
    ];

    private static readonly Row[] LargeV2 =
    [
        new(1, 3, 1, 32, 32, 4, Fused: true), new(4, 3, 2, 32, 64, 7, Fused: true), new(4, 3, 2, 64, 96, 7, Fused: true),
        new(4, 3, 2, 96, 192, 10), new(6, 3, 1, 192, 224, 19), new(6, 3, 2, 224, 384, 25), new(6, 3, 1, 384, 640, 7),
    ];

    private static readonly ConvNorm PlainNorm = new();
    private static readonly ConvNorm LargeNorm = new(Epsilon: 1e-3, Momentum: 0.01); // torchvision: from B5 on

    // The factors, crops and dropouts of the authors' code. They follow equation 3 for φ = 0.5, 1, 2, 3.5, 5, 6, 7 in width and
    // resolution; in depth they stay below it.
    private static readonly Variant[] Variants =
    [
        new("efficientnet_b0", EfficientNetVariant.B0, 224, 0.2, Scaled(depth: 1, width: 1), PlainNorm),
        new("efficientnet_b1", EfficientNetVariant.B1, 240, 0.2, Scaled(depth: 1.1, width: 1), PlainNorm),
        new("efficientnet_b2", EfficientNetVariant.B2, 288, 0.3, Scaled(depth: 1.2, width: 1.1), PlainNorm),
        new("efficientnet_b3", EfficientNetVariant.B3, 300, 0.3, Scaled(depth: 1.4, width: 1.2), PlainNorm),
        new("efficientnet_b4", EfficientNetVariant.B4, 380, 0.4, Scaled(depth: 1.8, width: 1.4), PlainNorm),
        new("efficientnet_b5", EfficientNetVariant.B5, 456, 0.4, Scaled(depth: 2.2, width: 1.6), LargeNorm),
        new("efficientnet_b6", EfficientNetVariant.B6, 528, 0.5, Scaled(depth: 2.6, width: 1.8), LargeNorm),
        new("efficientnet_b7", EfficientNetVariant.B7, 600, 0.5, Scaled(depth: 3.1, width: 2), LargeNorm),
        new("efficientnet_v2_s", EfficientNetVariant.V2S, 384, 0.2, SmallV2, new(Epsilon: 1e-3), LastChannels: 1280),
        new("efficientnet_v2_m", EfficientNetVariant.V2M, 480, 0.3, MediumV2, new(Epsilon: 1e-3), LastChannels: 1280),
        new("efficientnet_v2_l", EfficientNetVariant.V2L, 480, 0.4, LargeV2, new(Epsilon: 1e-3), LastChannels: 1280),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Variants.Select(variant => Describe(variant, variant.Dropout, DefaultStochasticDepth))];

    /// <summary>A published EfficientNet (Tan and Le 2019, table 2) or EfficientNetV2 (Tan and Le 2021, table 7).</summary>
    /// <param name="variant">Which one. Default: the smallest.</param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default: the network's own, from 0.2 for B0 to 0.5 for B7.</param>
    /// <param name="stochasticDepth">
    /// How likely the last block's branch is to be left out for an image while training, from 0 to below 1; it rises in equal steps from 0
    /// at the first block. Default 0.2 (2019, §5.2).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network, or a number is outside its range.</exception>
    public static Architecture Create(
        EfficientNetVariant variant = EfficientNetVariant.B0, double? dropout = null, double stochasticDepth = DefaultStochasticDepth)
    {
        var found = Variants.FirstOrDefault(candidate => candidate.Choice == variant)
            ?? throw new ArgumentOutOfRangeException(nameof(variant), variant, $"The variants are: {string.Join(", ", Enum.GetNames<EfficientNetVariant>())}.");
        return Describe(found, dropout ?? found.Dropout, stochasticDepth);
    }

    /// <summary>
    /// B0 grown by the compound coefficient φ: depth 1.2^φ, width 1.1^φ, resolution 1.15^φ (Tan and Le 2019, equation 3, with the
    /// constants of §4). Every step of 1 doubles the work.
    /// </summary>
    /// <param name="coefficient">φ, from 0 to 10.</param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.2.</param>
    /// <param name="stochasticDepth">As for <see cref="Create"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Architecture CreateScaled(double coefficient, double dropout = 0.2, double stochasticDepth = DefaultStochasticDepth)
    {
        if (!IsCoefficient(coefficient))
            throw new ArgumentOutOfRangeException(nameof(coefficient), coefficient, "A compound coefficient lies between 0 and 10.");
        var baseline = Variants[0];
        var size = 4 * (int)Math.Round(baseline.ImageSize * Math.Pow(1.15, coefficient) / 4);
        var scaled = baseline with { ImageSize = size, Rows = Scaled(Math.Pow(1.2, coefficient), Math.Pow(1.1, coefficient)) };
        var architecture = Describe(scaled, dropout, stochasticDepth);
        return architecture with { Configure = reader => Scaled(reader, coefficient, dropout, stochasticDepth) };
    }

    /// <summary>The baseline's rows under a factor on layers (rounded up) and one on channels (rounded to multiples of 8).</summary>
    internal static Row[] Scaled(double depth, double width) =>
    [
        .. Baseline.Select(row => row with
        {
            Inputs = ChannelRounding.ToMultiple(row.Inputs * width),
            Outputs = ChannelRounding.ToMultiple(row.Outputs * width),
            Layers = (int)Math.Ceiling(row.Layers * depth),
        }),
    ];

    private static bool IsCoefficient(double value) => value is >= 0 and <= 10;

    private static Architecture Describe(Variant variant, double dropout, double stochasticDepth)
    {
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        ArchitectureSettings.CheckProbability(stochasticDepth, nameof(stochasticDepth));
        var isSecond = variant.LastChannels is not null;
        return new()
        {
            Name = variant.Name,
            Family = isSecond ? "EfficientNetV2" : "EfficientNet",
            Paper = isSecond
                ? "Tan, Le: EfficientNetV2: smaller models and faster training (2021)"
                : "Tan, Le: EfficientNet: rethinking model scaling for convolutional neural networks (2019)",
            Year = isSecond ? 2021 : 2019,
            ImageSize = variant.ImageSize,
            MinimumImageSize = 1,
            Normalization = variant.Choice == EfficientNetVariant.V2L ? Half : Normalization.ImageNet, // as its published weights expect
            Training = new() { BatchSize = 32, LearningRate = 0.025, WeightDecay = 1e-5 },
            Head = "classifier.1",
            Stages =
            [
                .. Enumerable.Range(0, variant.Rows.Length + 2).Select(i => new[] { $"features.{i.ToString(CultureInfo.InvariantCulture)}" }),
                ["classifier.1"],
            ],
            Configure = reader => variant.Choice == EfficientNetVariant.B0 && reader.Has("coefficient")
                ? Scaled(reader, coefficient: 0, dropout, stochasticDepth)
                : Describe(variant, reader.Probability("dropout", dropout), reader.Probability("stochastic_depth", stochasticDepth)),
            Build = shape => new Network(shape, variant, dropout, stochasticDepth),
        };
    }

    private static Architecture Scaled(ArchitectureSettings reader, double coefficient, double dropout, double stochasticDepth) => CreateScaled(
        dropout: reader.Probability("dropout", dropout),
        stochasticDepth: reader.Probability("stochastic_depth", stochasticDepth),
        coefficient: reader.Number("coefficient", coefficient, IsCoefficient));

    private static Normalization Half => new([0.5f, 0.5f, 0.5f], [0.5f, 0.5f, 0.5f]);

    /// <summary>A row of the papers' tables.</summary>
    internal sealed record Row(int Expansion, int Kernel, int Stride, int Inputs, int Outputs, int Layers, bool Fused = false);

    /// <param name="Name">torchvision's name.</param>
    /// <param name="Choice">The same, for options.</param>
    /// <param name="ImageSize">Height and width of the published evaluation.</param>
    /// <param name="Dropout">Dropout before the head.</param>
    /// <param name="Rows">The stages.</param>
    /// <param name="Norm">Batch normalization.</param>
    /// <param name="LastChannels">Channels before the head; null: four times the last row's.</param>
    private sealed record Variant(string Name, EfficientNetVariant Choice, int ImageSize, double Dropout, Row[] Rows, ConvNorm Norm, int? LastChannels = null);

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly Layer avgpool, flatten;
        private readonly Sequential classifier;

        public Network(NetworkShape shape, Variant variant, double dropout, double stochasticDepth) : base(nameof(EfficientNet))
        {
            var (rows, norm) = (variant.Rows, variant.Norm);
            var blocks = rows.Sum(row => row.Layers);
            var last = variant.LastChannels ?? 4 * rows[^1].Outputs;
            var built = 0;
            List<Module<Tensor, Tensor>> layers = [norm.Of(shape.Channels, rows[0].Inputs, kernel: 3, new SiLU(), stride: 2)];
            foreach (var row in rows)
            {
                layers.Add(new Sequential(Enumerable.Range(0, row.Layers)
                    .Select(i => new Block(i == 0 ? row : row with { Inputs = row.Outputs, Stride = 1 }, stochasticDepth * built++ / blocks, norm))));
            }
            layers.Add(norm.Of(rows[^1].Outputs, last, kernel: 1, new SiLU()));
            features = new Sequential(layers);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            classifier = new Sequential(new Dropout(dropout), new Linear(last, shape.Classes));
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearUniformFanOut(this);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224 for B0
            features.call(images)                               // N × 1280 × 7 × 7
                .Apply(avgpool)                                  // N × 1280 × 1 × 1
                .Apply(flatten)                                  // N × 1280
                .Apply(classifier);                              // N × classes
    }

    /// <summary>
    /// MBConv, an inverted residual with squeeze-and-excitation to a quarter of its inputs; or, fused (2021, figure 2), one full convolution
    /// in place of the first two, without squeeze-and-excitation.
    /// </summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential block;
        private readonly Layer? stochastic_depth;
        private readonly Add? add;

        public Block(Row row, double stochasticDepth, ConvNorm norm) : base(nameof(Block))
        {
            block = new Sequential(row.Fused ? Fused(row, norm) : Separable(row, norm));
            if (row.Stride == 1 && row.Inputs == row.Outputs)
            {
                stochastic_depth = new StochasticDepth(stochasticDepth);
                add = new Add(inPlace: true);
            }
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var result = block.call(input);
            if (stochastic_depth is null || add is null)
                return result;
            using var kept = result.Apply(stochastic_depth);
            return add.call([kept, input]);
        }

        private static IEnumerable<Module<Tensor, Tensor>> Separable(Row row, ConvNorm norm)
        {
            var hidden = ChannelRounding.ToMultiple(row.Inputs * row.Expansion);
            if (hidden != row.Inputs)
                yield return norm.Of(row.Inputs, hidden, kernel: 1, new SiLU());
            yield return norm.Of(hidden, hidden, row.Kernel, new SiLU(), row.Stride, groups: hidden);
            yield return new SqueezeExcitation(hidden, Math.Max(1, row.Inputs / 4), new SiLU());
            yield return norm.Of(hidden, row.Outputs, kernel: 1, activation: null);
        }

        private static IEnumerable<Module<Tensor, Tensor>> Fused(Row row, ConvNorm norm)
        {
            var hidden = ChannelRounding.ToMultiple(row.Inputs * row.Expansion);
            yield return norm.Of(row.Inputs, hidden, row.Kernel, new SiLU(), row.Stride);
            if (hidden != row.Inputs)
                yield return norm.Of(hidden, row.Outputs, kernel: 1, activation: null);
        }
    }
}
