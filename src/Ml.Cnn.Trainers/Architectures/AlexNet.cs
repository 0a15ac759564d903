using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>The forms of AlexNet.</summary>
public enum AlexNetForm
{
    /// <summary>For one GPU, as in torchvision ("One weird trick", 2014): 64 filters in the first convolution, no groups, no normalization.</summary>
    SingleColumn,

    /// <summary>As published in 2012: 96 filters in the first convolution, groups of two for two GPUs, local response normalization.</summary>
    Published,

    /// <summary>The published form with every filter seeing all channels, as it is often drawn and reimplemented.</summary>
    Ungrouped,
}

/// <summary>AlexNet: five convolutions, three linear layers.</summary>
public static class AlexNet
{
    private const double DefaultDropout = 0.5;

    private static readonly SortedDictionary<AlexNetForm, string> Names = new()
    {
        [AlexNetForm.SingleColumn] = "alexnet",
        [AlexNetForm.Published] = "alexnet_2012",
        [AlexNetForm.Ungrouped] = "alexnet_2012_ungrouped",
    };

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [.. Names.Keys.Select(form => Create(form: form))];

    /// <summary>AlexNet.</summary>
    /// <param name="dropout">Dropout before the first two linear layers, from 0 to below 1. Default 0.5, as in the paper.</param>
    /// <param name="form">Which form of the network. Default: that for one GPU.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such form, or the dropout is outside its range.</exception>
    public static Architecture Create(double dropout = DefaultDropout, AlexNetForm form = AlexNetForm.SingleColumn)
    {
        if (!Names.TryGetValue(form, out var name))
            throw new ArgumentOutOfRangeException(nameof(form), form, $"The forms are: {string.Join(", ", Names.Keys)}.");
        if (dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "A dropout probability lies between 0 and below 1.");
        return new()
        {
            Name = name,
            Family = "AlexNet",
            Paper = "Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012)"
                + (form == AlexNetForm.SingleColumn ? "; Krizhevsky: One weird trick for parallelizing convolutional neural networks (2014)" : ""),
            Year = 2012,
            ImageSize = 224,
            MinimumImageSize = 63, // 63 → 15 → 7 → 3 → 1
            Training = new(BatchSize: 64, LearningRate: 0.01, WeightDecay: 5e-4),
            Head = "classifier.6",
            Stages =
            [
                .. (form == AlexNetForm.SingleColumn ? (int[])[0, 3, 6, 8, 10] : [0, 4, 8, 10, 12]).Select(layer => (string[])[$"features.{layer}"]),
                ["classifier.1"], ["classifier.4"], ["classifier.6"],
            ],
            Settings = new Dictionary<string, string> { ["dropout"] = ArchitectureSettings.Text(dropout) },
            Configure = settings => Configure(name, form, settings),
            Build = shape => new Network(shape, form, dropout),
        };
    }

    private static Architecture Configure(string name, AlexNetForm form, IReadOnlyDictionary<string, string> settings)
    {
        var reader = new ArchitectureSettings(name, settings);
        var architecture = Create(reader.Probability("dropout", DefaultDropout), form);
        reader.End();
        return architecture;
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;
        private readonly Layer avgpool, flatten;

        public Network(NetworkShape shape, AlexNetForm form, double dropout) : base(nameof(AlexNet))
        {
            features = form == AlexNetForm.SingleColumn ? SingleColumn(shape.Channels) : Published(shape.Channels, groups: form == AlexNetForm.Published ? 2 : 1);
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
            if (form != AlexNetForm.SingleColumn)
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
                bias!.fill_(1);
        }
    }
}
