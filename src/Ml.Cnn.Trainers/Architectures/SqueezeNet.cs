using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>SqueezeNet: Fire modules, which squeeze channels before they convolve; AlexNet's accuracy with a fiftieth of its parameters.</summary>
public static class SqueezeNet
{
    private const double DefaultDropout = 0.5;

    private static readonly SortedDictionary<SqueezeNetVariant, string> Names = new()
    {
        [SqueezeNetVariant.V1_0] = "squeezenet1_0",
        [SqueezeNetVariant.V1_1] = "squeezenet1_1",
    };

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Names.Keys.Select(variant => Create(variant))];

    /// <summary>A SqueezeNet.</summary>
    /// <param name="variant">Which one. Default: the authors' later one, 1.1.</param>
    /// <param name="dropout">Dropout before the last convolution, from 0 to below 1. Default 0.5, as in the paper (§3.3).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such variant, or the dropout is outside its range.</exception>
    public static Architecture Create(SqueezeNetVariant variant = SqueezeNetVariant.V1_1, double dropout = DefaultDropout)
    {
        if (!Names.TryGetValue(variant, out var name))
            throw new ArgumentOutOfRangeException(nameof(variant), variant, $"The variants are: {string.Join(", ", Names.Keys)}.");
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        var isPaper = variant == SqueezeNetVariant.V1_0;
        int[] fires = isPaper ? [3, 4, 5, 7, 8, 9, 10, 12] : [3, 4, 6, 7, 9, 10, 11, 12];
        return new()
        {
            Name = name,
            Family = "SqueezeNet",
            Paper = "Iandola, Han, Moskewicz, Ashraf, Dally, Keutzer: SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size "
                + "(2016)",
            Year = 2016,
            ImageSize = 224,
            MinimumImageSize = isPaper ? 21 : 17, // 21 or 17 → 8 → 4 → 2 → 1
            Training = new() { BatchSize = 64, LearningRate = 0.01, WeightDecay = 2e-4 },
            Head = "classifier.1",
            Stages =
            [
                ["features.0"],
                .. fires.Chunk(2).Select(pair => pair.Select(fire => $"features.{fire}").ToArray()),
                ["classifier.1"],
            ],
            Configure = reader => Create(variant, reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, isPaper, dropout),
        };
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;
        private readonly Layer flatten;

        public Network(NetworkShape shape, bool isPaper, double dropout) : base(nameof(SqueezeNet))
        {
            features = isPaper ? Version10(shape.Channels) : Version11(shape.Channels);
            var last = new Conv2d(512, shape.Classes, kernel: 1);
            classifier = new Sequential(
                new Dropout(dropout),
                last,                                               // N × classes × 13 × 13
                new ReLU(inPlace: true),
                new AdaptiveAvgPool2d(1));                          // N × classes × 1 × 1
            flatten = new Flatten();                                // N × classes
            RegisterComponents();
            DrawWeights(last);
        }

        public override Tensor forward(Tensor images) => features.call(images).Apply(classifier).Apply(flatten);

        private static Sequential Version10(int channels) => new(
            new Conv2d(channels, 96, kernel: 7, stride: 2),         // N × 96 × 109 × 109
            new ReLU(inPlace: true),
            Pool(),                                                 // N × 96 × 54 × 54
            new Fire(96, 16, 64),                                   // N × 128 × 54 × 54
            new Fire(128, 16, 64),
            new Fire(128, 32, 128),                                 // N × 256 × 54 × 54
            Pool(),                                                 // N × 256 × 27 × 27
            new Fire(256, 32, 128),
            new Fire(256, 48, 192),                                 // N × 384 × 27 × 27
            new Fire(384, 48, 192),
            new Fire(384, 64, 256),                                 // N × 512 × 27 × 27
            Pool(),                                                 // N × 512 × 13 × 13
            new Fire(512, 64, 256));

        private static Sequential Version11(int channels) => new(
            new Conv2d(channels, 64, kernel: 3, stride: 2),         // N × 64 × 111 × 111
            new ReLU(inPlace: true),
            Pool(),                                                 // N × 64 × 55 × 55
            new Fire(64, 16, 64),                                   // N × 128 × 55 × 55
            new Fire(128, 16, 64),
            Pool(),                                                 // N × 128 × 27 × 27
            new Fire(128, 32, 128),                                 // N × 256 × 27 × 27
            new Fire(256, 32, 128),
            Pool(),                                                 // N × 256 × 13 × 13
            new Fire(256, 48, 192),                                 // N × 384 × 13 × 13
            new Fire(384, 48, 192),
            new Fire(384, 64, 256),                                 // N × 512 × 13 × 13
            new Fire(512, 64, 256));

        private static MaxPool2d Pool() => new(kernel: 3, stride: 2, ceilMode: true);

        // As torchvision draws them: uniform over ±√(6 / fan_in) (He et al. 2015, "Delving deep into rectifiers", equation 10), the last convolution
        // from a Gaussian of deviation 0.01; biases 0.
        private void DrawWeights(Conv2d last)
        {
            Initialization.ConvolutionsKaimingUniformFanIn(this);
            using var noGradient = no_grad();
            last.Weight.normal_(0, 0.01);
        }
    }

    /// <summary>A Fire module (§3.2, figure 1): 1 × 1 convolutions to few channels, then 1 × 1 and 3 × 3 side by side.</summary>
    private sealed class Fire : Module<Tensor, Tensor>
    {
        private readonly Layer squeeze, squeeze_activation, expand1x1, expand1x1_activation, expand3x3, expand3x3_activation;
        private readonly Concatenate concat;

        public Fire(int inChannels, int squeezed, int expanded) : base(nameof(Fire))
        {
            squeeze = new Conv2d(inChannels, squeezed, kernel: 1);
            squeeze_activation = new ReLU(inPlace: true);
            expand1x1 = new Conv2d(squeezed, expanded, kernel: 1);
            expand1x1_activation = new ReLU(inPlace: true);
            expand3x3 = new Conv2d(squeezed, expanded, kernel: 3, padding: 1);
            expand3x3_activation = new ReLU(inPlace: true);
            concat = new Concatenate();
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            using var few = squeeze.call(input).Apply(squeeze_activation);
            using var pointwise = expand1x1.call(few).Apply(expand1x1_activation);
            using var wide = expand3x3.call(few).Apply(expand3x3_activation);
            return concat.call([pointwise, wide]);
        }
    }
}
