using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>MobileNet, whose convolutions are split into one per channel and a 1 × 1 across channels.</summary>
public static class MobileNetV1
{
    private const string Name = "mobilenet_v1";

    // Howard et al. 2017, table 1: channels and stride of each depthwise separable convolution. The table gives the last one stride 2,
    // which its own sizes (7 × 7 to 7 × 7) rule out.
    private static readonly (int Channels, int Stride)[] Blocks =
    [
        (64, 1), (128, 2), (128, 1), (256, 2), (256, 1), (512, 2), (512, 1), (512, 1), (512, 1), (512, 1), (512, 1), (1024, 2), (1024, 1),
    ];

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>MobileNet (Howard et al. 2017, table 1).</summary>
    /// <param name="widthMultiplier">
    /// Factor on the channels of every layer, the paper's α (§3.3; there 1, 0.75, 0.5 and 0.25), above 0, at most 10; channels are
    /// rounded to multiples of 8. Default 1. (The paper's other factor, ρ in §3.4, is the image size.)
    /// </param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0: the paper has none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public static Architecture Create(double widthMultiplier = 1, double dropout = 0)
    {
        ArchitectureSettings.CheckMultiplier(widthMultiplier, nameof(widthMultiplier));
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        return new()
        {
            Name = Name,
            Family = "MobileNet",
            Paper = "Howard, Zhu, Chen, Kalenichenko, Wang, Weyand, Andreetto, Adam: MobileNets: efficient convolutional neural networks for mobile vision "
                + "applications (2017)",
            Year = 2017,
            ImageSize = 224,
            MinimumImageSize = 1,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 4e-5 },
            Head = "classifier.1",
            Stages =
            [
                ["features.0"], ["features.1"], ["features.2", "features.3"], ["features.4", "features.5"],
                [.. Enumerable.Range(6, 6).Select(block => $"features.{block}")], ["features.12", "features.13"], ["classifier.1"],
            ],
            Configure = reader => Create(reader.Multiplier("width", widthMultiplier), reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, widthMultiplier, dropout),
        };
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Sequential features;
        private readonly Layer avgpool, flatten;
        private readonly Sequential classifier;

        public Network(NetworkShape shape, double width, double dropout) : base(nameof(MobileNetV1))
        {
            var convNorm = new ConvNorm();
            var channels = Scaled(32);
            features = new Sequential(
            [
                convNorm.Of(shape.Channels, channels, kernel: 3, new ReLU(inPlace: true), stride: 2),
                .. Blocks.Select(block =>
                {
                    var separable = DepthwiseSeparable(channels, Scaled(block.Channels), block.Stride);
                    channels = Scaled(block.Channels);
                    return separable;
                }),
            ]);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            classifier = new Sequential(new Dropout(dropout), new Linear(channels, shape.Classes));
            RegisterComponents();
            Initialization.ConvolutionsKaimingFanOut(this);
            Initialization.LinearNormal(this, 0.01);

            int Scaled(int full) => ChannelRounding.ToMultiple(full * width);

            // Figure 3, right: 3 × 3 depthwise and 1 × 1 pointwise, each with batch normalization and ReLU.
            Sequential DepthwiseSeparable(int inChannels, int outChannels, int stride) => new(
                convNorm.Of(inChannels, inChannels, kernel: 3, new ReLU(inPlace: true), stride, groups: inChannels),
                convNorm.Of(inChannels, outChannels, kernel: 1, new ReLU(inPlace: true)));
        }

        public override Tensor forward(Tensor images) =>        // N × C × 224 × 224
            features.call(images)                               // N × 1024α × 7 × 7
                .Apply(avgpool)                                  // N × 1024α × 1 × 1
                .Apply(flatten)                                  // N × 1024α
                .Apply(classifier);                              // N × classes
    }
}
