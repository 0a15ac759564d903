using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>AlexNet: five convolutions, three linear layers.</summary>
public static class AlexNet
{
    private const double DefaultDropout = 0.5;
    private const string ModelParallelSetting = "model_parallel";

    private static readonly SortedDictionary<AlexNetVariant, string> Names = new()
    {
        [AlexNetVariant.SingleColumn] = "alexnet",
        [AlexNetVariant.Published] = "alexnet_2012",
        [AlexNetVariant.Ungrouped] = "alexnet_2012_ungrouped",
    };

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Names.Keys.Select(variant => Create(variant: variant))];

    /// <summary>AlexNet.</summary>
    /// <param name="dropout">Dropout before the first two linear layers, from 0 to below 1. Default 0.5, as in the paper.</param>
    /// <param name="variant">Which form of the network. Default: the one for one GPU.</param>
    /// <param name="modelParallel">
    /// Whether the published form keeps its two columns apart, to be trained on two GPUs as in the paper (§3.5): each then normalizes across its own maps
    /// alone (§3.3), and its weights go by other names. Default false: one network, whose convolutions have two groups.
    /// </param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such variant, or the dropout is outside its range.</exception>
    /// <exception cref="ArgumentException">Columns of another form than the published one, which alone has two.</exception>
    public static Architecture Create(double dropout = DefaultDropout, AlexNetVariant variant = AlexNetVariant.SingleColumn, bool modelParallel = false)
    {
        if (!Names.TryGetValue(variant, out var name))
            throw new ArgumentOutOfRangeException(nameof(variant), variant, $"The variants are: {string.Join(", ", Names.Keys)}.");
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        if (modelParallel && variant != AlexNetVariant.Published)
            throw new ArgumentException($"Only {nameof(AlexNetVariant)}.{nameof(AlexNetVariant.Published)} has columns.", nameof(modelParallel));
        return new()
        {
            Name = name,
            Family = "AlexNet",
            Paper = "Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012)"
                + (variant == AlexNetVariant.SingleColumn ? "; Krizhevsky: One weird trick for parallelizing convolutional neural networks (2014)" : ""),
            Year = 2012,
            ImageSize = 224,
            MinimumImageSize = 63, // 63 → 15 → 7 → 3 → 1
            Training = new() { BatchSize = 64, LearningRate = 0.01, WeightDecay = 5e-4 },
            Head = modelParallel ? "classifier" : "classifier.6",
            Stages = modelParallel ? ColumnStages
                :
                [
                    .. (variant == AlexNetVariant.SingleColumn ? (int[])[0, 3, 6, 8, 10] : [0, 4, 8, 10, 12])
                        .Select(layer => (string[])[$"features.{layer}"]),
                    ["classifier.1"], ["classifier.4"], ["classifier.6"],
                ],
            Configure = reader => Create(reader.Probability("dropout", dropout), variant, ReadModelParallel(reader)),
            Build = shape => modelParallel ? new AlexNetColumns(shape, dropout) : new Network(shape, variant, dropout),
        };

        // Said of a network that has it alone, so that the others' models stay as they are.
        bool ReadModelParallel(ArchitectureSettings reader) =>
            (modelParallel || reader.Has(ModelParallelSetting)) && reader.Flag(ModelParallelSetting, modelParallel);
    }

    private static IReadOnlyList<IReadOnlyList<string>> ColumnStages =>
    [
        ["lower.0.0", "lower.1.0"], ["lower.0.4", "lower.1.4"], ["upper.0.0", "upper.1.0"], ["upper.0.2", "upper.1.2"], ["upper.0.4", "upper.1.4"],
        ["hidden1"], ["hidden2"], ["classifier"],
    ];

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;
        private readonly Layer avgpool, flatten;

        public Network(NetworkShape shape, AlexNetVariant variant, double dropout) : base(nameof(AlexNet))
        {
            features = variant == AlexNetVariant.SingleColumn
                ? SingleColumn(shape.Channels)
                : Published(shape.Channels, groups: variant == AlexNetVariant.Published ? 2 : 1);
            avgpool = new AdaptiveAvgPool2d(6);                                     // N × 256 × 6 × 6 for images of any size
            flatten = new Flatten();                                                // N × 9216
            classifier = new Sequential(
                new Dropout(dropout),
                new Linear(256 * 6 * 6, 4096),                                      // N × 4096
                new ReLU(inPlace: true),
                new Dropout(dropout),
                new Linear(4096, 4096),                                             // N × 4096
                new ReLU(inPlace: true),
                new Linear(4096, shape.Classes));                                   // N × classes
            RegisterComponents();
            if (variant != AlexNetVariant.SingleColumn)
                DrawWeights();
        }

        public override Tensor forward(Tensor images) => features.call(images).Apply(avgpool).Apply(flatten).Apply(classifier);

        private static Sequential SingleColumn(int channels) => new(
            new Conv2d(channels, 64, kernel: 11, stride: 4, padding: 2),            // N × 64 × 55 × 55
            new ReLU(inPlace: true),
            new MaxPool2d(kernel: 3, stride: 2),                                    // N × 64 × 27 × 27
            new Conv2d(64, 192, kernel: 5, padding: 2),                             // N × 192 × 27 × 27
            new ReLU(inPlace: true),
            new MaxPool2d(kernel: 3, stride: 2),                                    // N × 192 × 13 × 13
            new Conv2d(192, 384, kernel: 3, padding: 1),                            // N × 384 × 13 × 13
            new ReLU(inPlace: true),
            new Conv2d(384, 256, kernel: 3, padding: 1),                            // N × 256 × 13 × 13
            new ReLU(inPlace: true),
            new Conv2d(256, 256, kernel: 3, padding: 1),                            // N × 256 × 13 × 13
            new ReLU(inPlace: true),
            new MaxPool2d(kernel: 3, stride: 2));                                   // N × 256 × 6 × 6

        // The paper's images have 224 × 224 pixels and its first maps 55 × 55 (253,440 units, §3.5), which takes a border: 2 pixels on each side, as
        // in torchvision, of which the last row and column stay unused. Groups stand for the two GPUs; the third convolution sees both (§3.5).
        // Normalization and overlapping pooling follow the first two convolutions (§3.3 to 3.5).
        private static Sequential Published(int channels, int groups) => new(
            new Conv2d(channels, 96, kernel: 11, stride: 4, padding: 2),            // N × 96 × 55 × 55
            new ReLU(inPlace: true),
            new LocalResponseNorm(),
            new MaxPool2d(kernel: 3, stride: 2),                                    // N × 96 × 27 × 27
            new Conv2d(96, 256, kernel: 5, padding: 2, groups: groups),             // N × 256 × 27 × 27
            new ReLU(inPlace: true),
            new LocalResponseNorm(),
            new MaxPool2d(kernel: 3, stride: 2),                                    // N × 256 × 13 × 13
            new Conv2d(256, 384, kernel: 3, padding: 1),                            // N × 384 × 13 × 13
            new ReLU(inPlace: true),
            new Conv2d(384, 384, kernel: 3, padding: 1, groups: groups),            // N × 384 × 13 × 13
            new ReLU(inPlace: true),
            new Conv2d(384, 256, kernel: 3, padding: 1, groups: groups),            // N × 256 × 13 × 13
            new ReLU(inPlace: true),
            new MaxPool2d(kernel: 3, stride: 2));                                   // N × 256 × 6 × 6

        // §5: weights from a Gaussian of deviation 0.01; biases 1 in the second, fourth and fifth convolution and the hidden linear layers, which
        // gives their rectified units positive inputs from the start; the other biases 0.
        private void DrawWeights()
        {
            Initialization.ConvolutionsNormal(this, 0.01);
            Initialization.LinearNormal(this, 0.01);
            using var noGradient = no_grad();
            var convolutions = modules().OfType<Conv2d>().Select(conv => conv.Bias).ToArray();
            var linear = modules().OfType<Linear>().Select(layer => layer.Bias).ToArray();
            foreach (var bias in (Tensor?[])[convolutions[1], convolutions[3], convolutions[4], linear[0], linear[1]])
                init.ones_(bias!);
        }
    }
}
