using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>LeNet-5: as courses on deep learning write it, with two convolutions and three linear layers, and as published in 1998.</summary>
public static class LeNet
{
    internal const string Family = "LeNet";
    internal const string Paper = "LeCun, Bottou, Bengio, Haffner: Gradient-based learning applied to document recognition (1998)";

    private const string Name = "lenet5";

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create(), LeNet1998.Create()];

    /// <summary>
    /// LeNet-5 as published (LeCun et al. 1998, §II.B): 32 × 32 pixels (28 × 28 are given a border), scaled tanh, trained subsampling, a table of
    /// connections in C3, distances from fixed codes as the output, the loss of equation 9. 60,000 trained parameters for gray digits.
    /// </summary>
    /// <remarks>
    /// The codes of the first ten classes are images of the digits 0 to 9; further ones are fixed random codes, as the paper suggests. Map labels
    /// to keys in their order (<c>keyOrdinality: ByValue</c>) if each digit is to have its own image; training succeeds in any order.
    /// </remarks>
    public static Architecture CreateAsPublished() => All[1];

    /// <summary>LeNet-5 of the courses with the given activation and pooling.</summary>
    /// <param name="activation">After each layer but the last. Default ReLU.</param>
    /// <param name="pooling">After each convolution. Default maximum.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value has no name.</exception>
    public static Architecture Create(LeNetActivation activation = LeNetActivation.Relu, LeNetPooling pooling = LeNetPooling.Max)
    {
        if (!Enum.IsDefined(activation))
        {
            throw new ArgumentOutOfRangeException(nameof(activation), activation,
                $"The activations are: {string.Join(", ", Enum.GetNames<LeNetActivation>())}.");
        }
        if (!Enum.IsDefined(pooling))
            throw new ArgumentOutOfRangeException(nameof(pooling), pooling, $"The poolings are: {string.Join(", ", Enum.GetNames<LeNetPooling>())}.");
        return new()
        {
            Name = Name,
            Family = Family,
            Paper = Paper,
            Year = 1998,
            ImageSize = 28,
            MinimumImageSize = 12,
            Channels = 1,
            DefaultClasses = 10,
            Normalization = Normalization.Mnist,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 5e-4 },
            Head = "fc3",
            Stages = [["conv1"], ["conv2"], ["fc1"], ["fc2"], ["fc3"]],
            Configure = reader => Create(reader.Choice("activation", activation), reader.Choice("pooling", pooling)),
            Build = shape => new Network(shape, activation, pooling),
        };
    }

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Layer conv1, activation1, pool1, conv2, activation2, pool2, flatten, fc1, activation3, fc2, activation4, fc3;

        public Network(NetworkShape shape, LeNetActivation activation, LeNetPooling pooling) : base(nameof(LeNet))
        {
            // The 28 × 28 digits of MNIST are padded to the 32 × 32 of the paper; images that have that size already are not.
            var padding = shape is { Height: 32, Width: 32 } ? 0 : 2;

            conv1 = new Conv2d(shape.Channels, 6, kernel: 5, padding: padding);
            activation1 = Activation();
            pool1 = Pool();
            conv2 = new Conv2d(6, 16, kernel: 5);
            activation2 = Activation();
            pool2 = Pool();
            flatten = new Flatten();
            fc1 = new Linear(16 * Pooled(shape.Height) * Pooled(shape.Width), 120);
            activation3 = Activation();
            fc2 = new Linear(120, 84);
            activation4 = Activation();
            fc3 = new Linear(84, shape.Classes);
            RegisterComponents();

            // The slope at 0 is 1/4 for the logistic function and 1 for tanh.
            if (activation != LeNetActivation.Relu)
                Initialization.XavierUniform([conv1, conv2, fc1, fc2, fc3], gain: activation == LeNetActivation.Sigmoid ? 4 : 1);

            int Pooled(int size) => ((size + 2 * padding - 4) / 2 - 4) / 2;

            Layer Activation() => activation switch
            {
                LeNetActivation.Sigmoid => new Sigmoid(),
                LeNetActivation.Tanh => new Tanh(),
                _ => new ReLU(inPlace: true),
            };

            Layer Pool() => pooling == LeNetPooling.Average ? new AvgPool2d(2) : new MaxPool2d(2);
        }

        public override Tensor forward(Tensor images) =>        // N × C × 28 × 28
            conv1.call(images).Apply(activation1)                // N × 6 × 28 × 28
                .Apply(pool1)                                    // N × 6 × 14 × 14
                .Apply(conv2).Apply(activation2)                  // N × 16 × 10 × 10
                .Apply(pool2)                                    // N × 16 × 5 × 5
                .Apply(flatten)                                  // N × 400
                .Apply(fc1).Apply(activation3)                    // N × 120
                .Apply(fc2).Apply(activation4)                    // N × 84
                .Apply(fc3);                                     // N × classes
    }
}
