using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>VGG: five blocks of 3 × 3 convolutions with a pooling after each, then three linear layers.</summary>
public static class Vgg
{
    private const double DefaultDropout = 0.5;

    // Convolutions in each of the five blocks: columns A, B, D and E of the paper's table 1.
    private static readonly SortedDictionary<int, int[]> Convolutions = new()
    {
        [11] = [1, 1, 2, 2, 2],
        [13] = [2, 2, 2, 2, 2],
        [16] = [2, 2, 3, 3, 3],
        [19] = [2, 2, 4, 4, 4],
    };

    private static readonly int[] Channels = [64, 128, 256, 512, 512];

    /// <summary>The family's networks: four depths, each without and with batch normalization.</summary>
    public static IReadOnlyList<Architecture> All { get; } =
        [.. Convolutions.Keys.SelectMany(depth => new[] { Create(depth, batchNorm: false), Create(depth, batchNorm: true) })];

    /// <summary>A VGG network.</summary>
    /// <param name="depth">Layers with weights: 11, 13, 16 or 19. Default 16.</param>
    /// <param name="batchNorm">Whether batch normalization follows each convolution. Default true: without it the deeper ones hardly train from scratch.</param>
    /// <param name="dropout">Dropout after the first two linear layers, from 0 to below 1. Default 0.5, as in the paper (§3.1).</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such depth, or the dropout is outside its range.</exception>
    public static Architecture Create(int depth = 16, bool batchNorm = true, double dropout = DefaultDropout)
    {
        if (!Convolutions.TryGetValue(depth, out var convolutions))
            throw new ArgumentOutOfRangeException(nameof(depth), depth, $"VGG comes in depths {string.Join(", ", Convolutions.Keys)}.");
        if (dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "A dropout probability lies between 0 and below 1.");

        var name = batchNorm ? $"vgg{depth}_bn" : $"vgg{depth}";
        return new()
        {
            Name = name,
            Family = "VGG",
            Paper = "Simonyan, Zisserman: Very deep convolutional networks for large-scale image recognition (2014)",
            Year = 2014,
            ImageSize = 224,
            MinimumImageSize = 32, // halved five times
            Training = new(BatchSize: 32, LearningRate: batchNorm ? 0.02 : 0.01, WeightDecay: 5e-4),
            Head = "classifier.6",
            Stages = Stages(convolutions, batchNorm),
            Settings = new Dictionary<string, string> { ["dropout"] = ArchitectureSettings.Text(dropout) },
            Configure = settings => Configure(name, depth, batchNorm, settings),
            Build = shape => new Network(shape, convolutions, batchNorm, dropout),
        };
    }

    private static Architecture Configure(string name, int depth, bool batchNorm, IReadOnlyDictionary<string, string> settings)
    {
        var reader = new ArchitectureSettings(name, settings);
        var architecture = Create(depth, batchNorm, reader.Probability("dropout", DefaultDropout));
        reader.End();
        return architecture;
    }

    // One stage per block of convolutions, which "features" counts through layer by layer, and one per linear layer.
    private static List<IReadOnlyList<string>> Stages(int[] convolutions, bool batchNorm)
    {
        var stages = new List<IReadOnlyList<string>>();
        var layer = 0;
        foreach (var count in convolutions)
        {
            var stage = new List<string>();
            for (var i = 0; i < count; i++)
            {
                stage.Add($"features.{layer}");
                if (batchNorm)
                    stage.Add($"features.{layer + 1}");
                layer += batchNorm ? 3 : 2; // convolution, (normalization,) ReLU
            }
            stages.Add(stage);
            layer++; // pooling
        }
        return [.. stages, ["classifier.0"], ["classifier.3"], ["classifier.6"]];
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;
        private readonly Layer avgpool, flatten;

        public Network(NetworkShape shape, int[] convolutions, bool batchNorm, double dropout) : base(nameof(Vgg))
        {
            features = new Sequential(Features(shape.Channels, convolutions, batchNorm));   // N × 512 × 7 × 7
            avgpool = new AdaptiveAvgPool2d(7);                                             // N × 512 × 7 × 7 for images of any size
            flatten = new Flatten();                                                        // N × 25088
            classifier = new Sequential(
                new Linear(512 * 7 * 7, 4096),                                              // N × 4096
                new ReLU(inPlace: true),
                new Dropout(dropout),
                new Linear(4096, 4096),                                                     // N × 4096
                new ReLU(inPlace: true),
                new Dropout(dropout),
                new Linear(4096, shape.Classes));                                           // N × classes
            RegisterComponents();
            Initialisation.ConvolutionsKaimingFanOut(this);
            Initialisation.LinearNormal(this, 0.01);
        }

        public override Tensor forward(Tensor images) => features.call(images).Then(avgpool).Then(flatten).Then(classifier);

        private static IEnumerable<Layer> Features(int channels, int[] convolutions, bool batchNorm)
        {
            for (var block = 0; block < convolutions.Length; block++)
            {
                for (var i = 0; i < convolutions[block]; i++)
                {
                    yield return new Conv2d(channels, Channels[block], kernel: 3, padding: 1);
                    if (batchNorm)
                        yield return new BatchNorm2d(Channels[block]);
                    yield return new ReLU(inPlace: true);
                    channels = Channels[block];
                }
                yield return new MaxPool2d(2);  // 112, 56, 28, 14, 7 pixels
            }
        }
    }
}
