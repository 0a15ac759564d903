using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>AlexNet in torchvision's single-GPU form ("One weird trick", 2014): five convolutions, three linear layers.</summary>
public static class AlexNet
{
    private const string Name = "alexnet";
    private const double DefaultDropout = 0.5;

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>AlexNet.</summary>
    /// <param name="dropout">Dropout before the first two linear layers, from 0 to below 1. Default 0.5, as in the paper.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dropout is outside its range.</exception>
    public static Architecture Create(double dropout = DefaultDropout)
    {
        if (dropout is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(dropout), dropout, "A dropout probability lies between 0 and below 1.");
        return new()
        {
            Name = Name,
            Family = "AlexNet",
            Paper = "Krizhevsky, Sutskever, Hinton: ImageNet classification with deep convolutional neural networks (2012); "
                + "Krizhevsky: One weird trick for parallelizing convolutional neural networks (2014)",
            Year = 2012,
            ImageSize = 224,
            MinimumImageSize = 63, // 63 → 15 → 7 → 3 → 1
            Training = new(BatchSize: 64, LearningRate: 0.01, WeightDecay: 5e-4),
            Head = "classifier.6",
            Stages =
            [
                ["features.0"], ["features.3"], ["features.6"], ["features.8"], ["features.10"],
                ["classifier.1"], ["classifier.4"], ["classifier.6"],
            ],
            Settings = new Dictionary<string, string> { ["dropout"] = ArchitectureSettings.Text(dropout) },
            Configure = Configure,
            Build = shape => new Network(shape, dropout),
        };
    }

    private static Architecture Configure(IReadOnlyDictionary<string, string> settings)
    {
        var reader = new ArchitectureSettings(Name, settings);
        var architecture = Create(reader.Probability("dropout", DefaultDropout));
        reader.End();
        return architecture;
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features, classifier;
        private readonly Layer avgpool, flatten;

        public Network(NetworkShape shape, double dropout) : base(nameof(AlexNet))
        {
            features = new Sequential(
                new Conv2d(shape.Channels, 64, kernel: 11, stride: 4, padding: 2),  // N × 64 × 55 × 55
                new ReLU(inPlace: true),
                new MaxPool2d(kernel: 3, stride: 2),                                // N × 64 × 27 × 27
                new Conv2d(64, 192, kernel: 5, padding: 2),                         // N × 192 × 27 × 27
                new ReLU(inPlace: true),
                new MaxPool2d(kernel: 3, stride: 2),                                // N × 192 × 13 × 13
                new Conv2d(192, 384, kernel: 3, padding: 1),                        // N × 384 × 13 × 13
                new ReLU(inPlace: true),
                new Conv2d(384, 256, kernel: 3, padding: 1),                        // N × 256 × 13 × 13
                new ReLU(inPlace: true),
                new Conv2d(256, 256, kernel: 3, padding: 1),                        // N × 256 × 13 × 13
                new ReLU(inPlace: true),
                new MaxPool2d(kernel: 3, stride: 2));                               // N × 256 × 6 × 6
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
        }

        public override Tensor forward(Tensor images) => features.call(images).Then(avgpool).Then(flatten).Then(classifier);
    }
}
