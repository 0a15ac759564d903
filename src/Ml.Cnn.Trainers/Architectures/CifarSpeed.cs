using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// The networks of airbench (Jordan 2024), which learn CIFAR-10 in the least time that is known: a frozen layer of 2 × 2 filters that whiten patches of the
/// training images, and three blocks of two convolutions that begin as the identity.
/// </summary>
public static class CifarSpeed
{
    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create(CifarSpeedVariant.Accuracy94), Create(CifarSpeedVariant.Accuracy95)];

    /// <summary>A network for CIFAR-10, which training sets up by 5,000 images (sections 3.1 to 3.3).</summary>
    /// <param name="variant">The accuracy that the network was made for. Default 94 %.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such variant.</exception>
    public static Architecture Create(CifarSpeedVariant variant = CifarSpeedVariant.Accuracy94) => variant switch
    {
        CifarSpeedVariant.Accuracy94 => Describe("cifar_speed", [64, 256, 256], steps: 485), // 9.9 epochs of 49 steps
        CifarSpeedVariant.Accuracy95 => Describe("cifar_speed95", [128, 384, 384], steps: 735), // 15 epochs
        _ => throw new ArgumentOutOfRangeException(nameof(variant), variant, "There is no such variant of the network."),
    };

    private static Architecture Describe(string name, int[] widths, int steps) => new()
    {
        Name = name,
        Family = "CIFAR speed",
        Paper = "Jordan: 94% on CIFAR-10 in 3.29 seconds on a single GPU (2024)",
        Year = 2024,
        ImageSize = 32,
        MinimumImageSize = 9, // 9 → 8 → 4 → 2 → 1
        DefaultClasses = 10,
        Normalization = Normalization.Cifar10,
        // The paper's rate is 11.5 per 1,024 images of a summed loss, over 1 + 1 / (1 − 0.85) for the length of a step with momentum, and its decay, 0.0153,
        // is one of the weights themselves: over the same number, and over the rate.
        Training = new() { BatchSize = 1024, LearningRate = 1.5, WeightDecay = 0.00133, Steps = steps, Preset = "cifar_speed" },
        Head = "head",
        Stages = [["whiten"], ["block1"], ["block2"], ["block3"], ["head"]],
        ImageInitialization = new(images: 5000, (network, images) => PatchWhitening.Set(((Network)network).Whitening, images)),
        Build = shape => new Network(shape, widths),
    };

    private sealed class Network : Module<Tensor, Tensor>
    {
        private const int PatchSize = 2;

        private readonly Conv2d whiten;
        private readonly Layer gelu, pool, flatten, head, scale;
        private readonly Block block1, block2, block3;

        public Network(NetworkShape shape, int[] widths) : base(nameof(CifarSpeed))
        {
            var filters = PatchWhitening.Filters(shape.Channels, PatchSize);
            whiten = new Conv2d(shape.Channels, filters, PatchSize);
            gelu = new GELU();
            block1 = new Block(filters, widths[0]);
            block2 = new Block(widths[0], widths[1]);
            block3 = new Block(widths[1], widths[2]);
            pool = new MaxPool2d(new Size2d(Pooled(shape.Height), Pooled(shape.Width))); // the whole map: 3 × 3
            flatten = new Flatten();
            head = new Linear(widths[2], shape.Classes, bias: false);
            scale = new Affine(1.0 / 9); // section 3.1
            RegisterComponents();
            whiten.Weight.requires_grad = false; // section 3.2
            using var noGradient = no_grad();
            whiten.Bias!.zero_();
        }

        /// <summary>The layer whose filters the training images set.</summary>
        public Conv2d Whitening => whiten;

        public override Tensor forward(Tensor images) =>   // N × C × 32 × 32
            whiten.call(images).Apply(gelu)                 // N × 8C × 31 × 31
                .Apply(block1)                              // N × 64 × 15 × 15
                .Apply(block2)                              // N × 256 × 7 × 7
                .Apply(block3)                              // N × 256 × 3 × 3
                .Apply(pool).Apply(flatten)                 // N × 256
                .Apply(head).Apply(scale);                  // N × classes

        private static int Pooled(int size) => (size - PatchSize + 1) / 8;
    }

    /// <summary>Two convolutions with a pooling behind the first; of the normalizations only the biases are trained (section 3.1).</summary>
    private sealed class Block : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv1, conv2;
        private readonly BatchNorm2d norm1, norm2;
        private readonly Layer pool, gelu1, gelu2;

        public Block(int inChannels, int outChannels) : base(nameof(Block))
        {
            conv1 = Convolution(inChannels, outChannels);
            pool = new MaxPool2d(2);
            norm1 = Norm(outChannels);
            gelu1 = new GELU();
            conv2 = Convolution(outChannels, outChannels);
            norm2 = Norm(outChannels);
            gelu2 = new GELU();
            RegisterComponents();
            foreach (var norm in (BatchNorm2d[])[norm1, norm2])
                norm.Weight.requires_grad = false;
        }

        public override Tensor forward(Tensor input) => conv1.call(input).Apply(pool).Apply(norm1, gelu1).Apply(conv2).Apply(norm2, gelu2);

        // Section 3.3: the first filters pass their channel on.
        private static Conv2d Convolution(int inChannels, int outChannels)
        {
            var conv = new Conv2d(inChannels, outChannels, kernel: 3, padding: 1, bias: false);
            Initialization.FirstFiltersIdentity(conv);
            return conv;
        }

        // The paper's momentum of 0.6 is the share of the old statistics.
        private static BatchNorm2d Norm(int channels) => new(channels, epsilon: 1e-12, momentum: 0.4);
    }
}
