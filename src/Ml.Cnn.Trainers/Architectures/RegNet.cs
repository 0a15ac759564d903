using System.Globalization;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>RegNet: residual networks whose widths and depths follow a line with a few parameters; Y adds squeeze-and-excitation to X.</summary>
public static class RegNet
{
    private const int StemChannels = 32;
    private const double SqueezeRatio = 0.25; // §5.3: RegNetY

    // d, w₀, w_a, w_m and group width of the paper's appendix (figures 16 and 17), as the authors' code has them; the last is torchvision's.
    private static readonly Variant[] Variants =
    [
        new("regnet_y_400mf", RegNetVariant.MF400, true, new(16, 48, 27.89, 2.09, 8)),
        new("regnet_y_800mf", RegNetVariant.MF800, true, new(14, 56, 38.84, 2.4, 16)),
        new("regnet_y_1_6gf", RegNetVariant.GF1_6, true, new(27, 48, 20.71, 2.65, 24)),
        new("regnet_y_3_2gf", RegNetVariant.GF3_2, true, new(21, 80, 42.63, 2.66, 24)),
        new("regnet_y_8gf", RegNetVariant.GF8, true, new(17, 192, 76.82, 2.19, 56)),
        new("regnet_y_16gf", RegNetVariant.GF16, true, new(18, 200, 106.23, 2.48, 112)),
        new("regnet_y_32gf", RegNetVariant.GF32, true, new(20, 232, 115.89, 2.53, 232)),
        new("regnet_y_128gf", RegNetVariant.GF128, true, new(27, 456, 160.83, 2.52, 264)),
        new("regnet_x_400mf", RegNetVariant.MF400, false, new(22, 24, 24.48, 2.54, 16)),
        new("regnet_x_800mf", RegNetVariant.MF800, false, new(16, 56, 35.73, 2.28, 16)),
        new("regnet_x_1_6gf", RegNetVariant.GF1_6, false, new(18, 80, 34.01, 2.25, 24)),
        new("regnet_x_3_2gf", RegNetVariant.GF3_2, false, new(25, 88, 26.31, 2.25, 48)),
        new("regnet_x_8gf", RegNetVariant.GF8, false, new(23, 80, 49.56, 2.88, 120)),
        new("regnet_x_16gf", RegNetVariant.GF16, false, new(22, 216, 55.59, 2.1, 128)),
        new("regnet_x_32gf", RegNetVariant.GF32, false, new(23, 320, 69.86, 2, 168)),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Variants.Select(Describe)];

    /// <summary>A RegNet (Radosavovic et al. 2020).</summary>
    /// <param name="variant">Multiply-adds of an image of 224 × 224 pixels. Default: 400 million.</param>
    /// <param name="squeezeExcitation">Whether it is a RegNetY, with squeeze-and-excitation, rather than a RegNetX. Default true.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such network.</exception>
    public static Architecture Create(RegNetVariant variant = RegNetVariant.MF400, bool squeezeExcitation = true)
    {
        var found = Variants.FirstOrDefault(candidate => candidate.Choice == variant && candidate.SqueezeExcite == squeezeExcitation)
            ?? throw new ArgumentOutOfRangeException(nameof(variant), variant,
                $"RegNet{(squeezeExcitation ? 'Y' : 'X')} comes in the variants "
                + $"{string.Join(", ", Variants.Where(v => v.SqueezeExcite == squeezeExcitation).Select(v => v.Choice))}.");
        return All.First(architecture => architecture.Name == found.Name);
    }

    private static Architecture Describe(Variant variant) => new()
    {
        Name = variant.Name,
        Family = variant.SqueezeExcite ? "RegNetY" : "RegNetX",
        Paper = "Radosavovic, Kosaraju, Girshick, He, Dollár: Designing network design spaces (2020)",
        Year = 2020,
        ImageSize = 224,
        MinimumImageSize = 1,
        Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 5e-5 },
        Head = "fc",
        Stages =
        [
            ["stem"],
            .. Enumerable.Range(1, variant.Line.Stages().Count).Select(stage => new[] { $"trunk_output.block{stage.ToString(CultureInfo.InvariantCulture)}" }),
            ["fc"],
        ],
        Build = shape => new Network(shape, variant),
    };

    private sealed record Variant(string Name, RegNetVariant Choice, bool SqueezeExcite, Line Line);

    /// <summary>Blocks of one width.</summary>
    internal readonly record struct Stage(int Blocks, int Width, int GroupWidth);

    /// <summary>The parameters of a RegNet (§3.3).</summary>
    /// <param name="Depth">d: blocks.</param>
    /// <param name="InitialWidth">w₀: the width of the first block, before it is quantized.</param>
    /// <param name="Slope">w_a: how much wider each block is than the one before.</param>
    /// <param name="Quantization">w_m: the factor between the widths of two stages.</param>
    /// <param name="GroupWidth">g: channels in a group of the 3 × 3 convolutions.</param>
    internal sealed record Line(int Depth, int InitialWidth, double Slope, double Quantization, int GroupWidth)
    {
        /// <summary>The stages, of one width each; the bottleneck ratio b is 1, so the widths are made multiples of the group width.</summary>
        public IReadOnlyList<Stage> Stages() =>
        [
            .. Enumerable.Range(0, Depth).GroupBy(Width).Select(stage =>
            {
                var groupWidth = Math.Min(GroupWidth, stage.Key);
                return new Stage(stage.Count(), ChannelRounding.ToMultiple(stage.Key, groupWidth), groupWidth);
            }),
        ];

        private int Width(int block)
        {
            var u = InitialWidth + Slope * block;                                               // equation 2
            var s = Math.Round(Math.Log(u / InitialWidth) / Math.Log(Quantization));            // equation 3, rounded
            return 8 * (int)Math.Round(InitialWidth * Math.Pow(Quantization, s) / 8);           // equation 4, to a multiple of 8
        }
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential stem, trunk_output;
        private readonly Layer avgpool, flatten, fc;

        public Network(NetworkShape shape, Variant variant) : base(nameof(RegNet))
        {
            var convNorm = new ConvNorm();
            var channels = StemChannels;
            stem = convNorm.Of(shape.Channels, channels, kernel: 3, new ReLU(inPlace: true), stride: 2);
            trunk_output = new Sequential(variant.Line.Stages()
                .Select((stage, i) => ($"block{(i + 1).ToString(CultureInfo.InvariantCulture)}", Blocks(stage, i + 1))));
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            fc = new Linear(channels, shape.Classes);
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearNormal(this, 0.01);

            Module<Tensor, Tensor> Blocks(Stage stage, int number) => new Sequential(Enumerable.Range(0, stage.Blocks).Select(i =>
            {
                Module<Tensor, Tensor> block = new Block(channels, stage, stride: i == 0 ? 2 : 1, variant.SqueezeExcite, convNorm);
                channels = stage.Width;
                return (string.Create(CultureInfo.InvariantCulture, $"block{number}-{i}"), block);
            }));
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            stem.call(images)                                   // N × 32 × 112 × 112
                .Apply(trunk_output)                             // N × W × 7 × 7, W the last stage's width
                .Apply(avgpool)                                  // N × W × 1 × 1
                .Apply(flatten)                                  // N × W
                .Apply(fc);                                      // N × classes
    }

    /// <summary>A residual block (figure 4, with b = 1): 1 × 1, grouped 3 × 3, perhaps squeeze-and-excitation, 1 × 1.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Sequential? proj;
        private readonly Sequential f;
        private readonly Add add;
        private readonly Layer activation;

        public Block(int inChannels, Stage stage, int stride, bool squeezeExcite, ConvNorm convNorm) : base(nameof(Block))
        {
            var width = stage.Width;
            if (stride != 1 || inChannels != width)
                proj = convNorm.Of(inChannels, width, kernel: 1, activation: null, stride);
            List<(string, Module<Tensor, Tensor>)> layers =
            [
                ("a", convNorm.Of(inChannels, width, kernel: 1, new ReLU(inPlace: true))),
                ("b", convNorm.Of(width, width, kernel: 3, new ReLU(inPlace: true), stride, groups: width / stage.GroupWidth)),
            ];
            if (squeezeExcite)
                layers.Add(("se", new SqueezeExcitation(width, (int)Math.Round(SqueezeRatio * inChannels))));
            layers.Add(("c", convNorm.Of(width, width, kernel: 1, activation: null)));
            f = new Sequential(layers);
            add = new Add(inPlace: true);
            activation = new ReLU(inPlace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var shortcut = proj?.call(input);
            using var residual = f.call(input);
            return add.call([residual, shortcut ?? input]).Apply(activation);
        }
    }
}
