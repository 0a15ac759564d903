using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>ConvNeXt: a residual network with the choices of vision transformers, but without attention.</summary>
public static class ConvNeXt
{
    private const double Epsilon = 1e-6; // of every normalization, as in the authors' code

    // Liu et al. 2022, §3: C and B of each network; table 5: stochastic depth.
    private static readonly Variant[] Variants =
    [
        new("convnext_tiny", ConvNeXtVariant.Tiny, [96, 192, 384, 768], [3, 3, 9, 3], 0.1),
        new("convnext_small", ConvNeXtVariant.Small, [96, 192, 384, 768], [3, 3, 27, 3], 0.4),
        new("convnext_base", ConvNeXtVariant.Base, [128, 256, 512, 1024], [3, 3, 27, 3], 0.5),
        new("convnext_large", ConvNeXtVariant.Large, [192, 384, 768, 1536], [3, 3, 27, 3], 0.5),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Variants.Select(variant => Describe(variant, variant.StochasticDepth))];

    /// <summary>A ConvNeXt (Liu et al. 2022, §3).</summary>
    /// <param name="variant">Which one. Default: the smallest.</param>
    /// <param name="stochasticDepth">
    /// How likely the last block's branch is to be left out for an image while training, from 0 to below 1; it rises in equal steps from 0
    /// at the first block. Default: the paper's, 0.1, 0.4, 0.5 and 0.5 (table 5).
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such variant, or the probability is outside its range.</exception>
    public static Architecture Create(ConvNeXtVariant variant = ConvNeXtVariant.Tiny, double? stochasticDepth = null)
    {
        var found = Variants.FirstOrDefault(candidate => candidate.Choice == variant)
            ?? throw new ArgumentOutOfRangeException(nameof(variant), variant, $"The variants are: {string.Join(", ", Enum.GetNames<ConvNeXtVariant>())}.");
        return Describe(found, stochasticDepth ?? found.StochasticDepth);
    }

    private static Architecture Describe(Variant variant, double stochasticDepth)
    {
        ArchitectureSettings.CheckProbability(stochasticDepth, nameof(stochasticDepth));
        return new()
        {
            Name = variant.Name,
            Family = "ConvNeXt",
            Paper = "Liu, Mao, Wu, Feichtenhofer, Darrell, Xie: A ConvNet for the 2020s (2022)",
            Year = 2022,
            ImageSize = 224,
            MinimumImageSize = 32, // a quarter, then halved three times without padding
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 1e-4 },
            Head = "classifier.2",
            Stages =
            [
                ["features.0"], ["features.1"], ["features.2", "features.3"], ["features.4", "features.5"], ["features.6", "features.7", "classifier.0"],
                ["classifier.2"],
            ],
            Configure = reader => Describe(variant, reader.Probability("stochastic_depth", stochasticDepth)),
            Build = shape => new Network(shape, variant, stochasticDepth),
        };
    }

    private sealed record Variant(string Name, ConvNeXtVariant Choice, int[] Channels, int[] Blocks, double StochasticDepth);

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly Layer avgpool;
        private readonly Sequential classifier;

        public Network(NetworkShape shape, Variant variant, double stochasticDepth) : base(nameof(ConvNeXt))
        {
            var (channels, blocks) = (variant.Channels, variant.Blocks);
            List<Module<Tensor, Tensor>> layers = [];
            var built = 0;
            for (var stage = 0; stage < blocks.Length; stage++)
            {
                layers.Add(stage == 0
                    ? new Sequential(new Conv2d(shape.Channels, channels[0], kernel: 4, stride: 4), new LayerNorm2d(channels[0], Epsilon))
                    : new Sequential(new LayerNorm2d(channels[stage - 1], Epsilon), new Conv2d(channels[stage - 1], channels[stage], kernel: 2, stride: 2)));
                layers.Add(new Sequential(Enumerable.Range(0, blocks[stage])
                    .Select(_ => new Block(channels[stage], stochasticDepth * built++ / (blocks.Sum() - 1)))));
            }
            features = new Sequential(layers);
            avgpool = new AdaptiveAvgPool2d(1);
            classifier = new Sequential(new LayerNorm2d(channels[^1], Epsilon), new Flatten(), new Linear(channels[^1], shape.Classes));
            RegisterComponents();
            Initialization.Normal(this, 0.02); // the authors' code truncates at ±2, which is a hundred deviations away
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            features.call(images)                               // N × 8c × 7 × 7, c = 96, 96, 128, 192 channels after the stem
                .Apply(avgpool)                                  // N × 8c × 1 × 1
                .Apply(classifier);                              // N × classes
    }

    /// <summary>A block (figure 4): 7 × 7 per channel, layer normalization, 1 × 1 to four times the channels, GELU, 1 × 1 back; x is added.</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly LayerScale layer_scale;
        private readonly Sequential block;
        private readonly Layer stochastic_depth;
        private readonly Add add;

        public Block(int channels, double stochasticDepth) : base(nameof(Block))
        {
            layer_scale = new LayerScale(channels);
            block = new Sequential(
                new Conv2d(channels, channels, kernel: 7, padding: 3, groups: channels),    // N × C × H × W
                new Permute(0, 2, 3, 1),                                                    // N × H × W × C
                new LayerNorm(channels, Epsilon),
                new Linear(channels, 4 * channels),                                         // N × H × W × 4C
                new GELU(),
                new Linear(4 * channels, channels),                                         // N × H × W × C
                new Permute(0, 3, 1, 2));                                                   // N × C × H × W
            stochastic_depth = new StochasticDepth(stochasticDepth);
            add = new Add(inPlace: true);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var result = block.call(input).Apply(layer_scale).Apply(stochastic_depth);
            return add.call([result, input]);
        }
    }
}
