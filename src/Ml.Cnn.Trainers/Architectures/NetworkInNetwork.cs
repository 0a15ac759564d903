using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Network in Network: convolutions followed by 1 × 1 convolutions, a small network at every pixel, and global average pooling.</summary>
public static class NetworkInNetwork
{
    private const string Name = "nin";
    private const double DefaultDropout = 0.5;

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>
    /// The network for CIFAR-10 (Lin et al. 2013, §4.2) in the authors' released configuration: three convolutions (5 × 5, 5 × 5, 3 × 3), each with two
    /// 1 × 1 convolutions behind it.
    /// </summary>
    /// <param name="dropout">Dropout after the first two poolings, from 0 to below 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dropout is outside its range.</exception>
    public static Architecture Create(double dropout = DefaultDropout)
    {
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        return new()
        {
            Name = Name,
            Family = "Network in Network",
            Paper = "Lin, Chen, Yan: Network in network (2013)",
            Year = 2013,
            ImageSize = 32,
            MinimumImageSize = 4, // 4 → 2 → 1
            DefaultClasses = 10,
            Normalization = Normalization.Cifar10,
            Training = new() { BatchSize = 128, LearningRate = 0.02, WeightDecay = 1e-4 },
            Head = "cccp6",
            Stages = [["conv1", "cccp1", "cccp2"], ["conv2", "cccp3", "cccp4"], ["conv3", "cccp5"], ["cccp6"]],
            Configure = reader => Create(reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, dropout),
        };
    }

    // "cccp", for cascaded cross channel parametric pooling, is the paper's name for the 1 × 1 convolutions (§3.1) and the released configuration's.
    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Layer conv1, relu1, cccp1, relu_cccp1, cccp2, relu_cccp2, pool1, drop3;
        private readonly Layer conv2, relu2, cccp3, relu_cccp3, cccp4, relu_cccp4, pool2, drop6;
        private readonly Layer conv3, relu3, cccp5, relu_cccp5, cccp6, relu_cccp6, pool3, flatten;

        public Network(NetworkShape shape, double dropout) : base(nameof(NetworkInNetwork))
        {
            conv1 = new Conv2d(shape.Channels, 192, kernel: 5, padding: 2);
            relu1 = new ReLU(inPlace: true);
            cccp1 = new Conv2d(192, 160, kernel: 1);
            relu_cccp1 = new ReLU(inPlace: true);
            cccp2 = new Conv2d(160, 96, kernel: 1);
            relu_cccp2 = new ReLU(inPlace: true);
            pool1 = new MaxPool2d(kernel: 3, stride: 2, ceilMode: true);
            drop3 = new Dropout(dropout);
            conv2 = new Conv2d(96, 192, kernel: 5, padding: 2);
            relu2 = new ReLU(inPlace: true);
            cccp3 = new Conv2d(192, 192, kernel: 1);
            relu_cccp3 = new ReLU(inPlace: true);
            cccp4 = new Conv2d(192, 192, kernel: 1);
            relu_cccp4 = new ReLU(inPlace: true);
            pool2 = new AvgPool2d(kernel: 3, stride: 2, ceilMode: true);
            drop6 = new Dropout(dropout);
            conv3 = new Conv2d(192, 192, kernel: 3, padding: 1);
            relu3 = new ReLU(inPlace: true);
            cccp5 = new Conv2d(192, 192, kernel: 1);
            relu_cccp5 = new ReLU(inPlace: true);
            cccp6 = new Conv2d(192, shape.Classes, kernel: 1);
            relu_cccp6 = new ReLU(inPlace: true);
            pool3 = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            RegisterComponents();
            // As released: from a Gaussian of deviation 0.05, biases 0.
            Initialization.ConvolutionsNormal(this, 0.05);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 32 × 32
            conv1.call(images).Apply(relu1)                      // N × 192 × 32 × 32
                .Apply(cccp1).Apply(relu_cccp1)                   // N × 160 × 32 × 32
                .Apply(cccp2).Apply(relu_cccp2)                   // N × 96 × 32 × 32
                .Apply(pool1).Apply(drop3)                        // N × 96 × 16 × 16
                .Apply(conv2).Apply(relu2)                        // N × 192 × 16 × 16
                .Apply(cccp3).Apply(relu_cccp3)                   // N × 192 × 16 × 16
                .Apply(cccp4).Apply(relu_cccp4)                   // N × 192 × 16 × 16
                .Apply(pool2).Apply(drop6)                        // N × 192 × 8 × 8
                .Apply(conv3).Apply(relu3)                        // N × 192 × 8 × 8
                .Apply(cccp5).Apply(relu_cccp5)                   // N × 192 × 8 × 8
                .Apply(cccp6).Apply(relu_cccp6)                   // N × classes × 8 × 8
                .Apply(pool3).Apply(flatten);                     // N × classes
    }
}
