using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>LeNet-5 as published: LeCun, Bottou, Bengio, Haffner 1998, §II.B and figure 2.</summary>
internal static class LeNet1998
{
    // The paper normalizes pixels so that the background is −0.1 and the ink 1.175 (§II.B): mean about 0, variance about 1.
    private const float Background = -0.1f;
    private const float Ink = 1.175f;

    /// <summary>
    /// j of equation 9, which the paper leaves open ("positive"). A unit of F6 that is off by 0.1 adds 0.01 to a penalty, so this is the penalty of
    /// 84 units that are off by about 0.1 each.
    /// </summary>
    public const double RubbishPenalty = 1;

    // Table I: the maps of S2 that each map of C3 sees.
    private static readonly int[][] Connections =
    [
        [0, 1, 2], [1, 2, 3], [2, 3, 4], [3, 4, 5], [0, 4, 5], [0, 1, 5],
        [0, 1, 2, 3], [1, 2, 3, 4], [2, 3, 4, 5], [0, 3, 4, 5], [0, 1, 4, 5], [0, 1, 2, 5], [0, 1, 3, 4], [1, 2, 4, 5], [0, 2, 3, 5],
        [0, 1, 2, 3, 4, 5],
    ];

    public static Architecture Create() => new()
    {
        Name = "lenet5_1998",
        Family = LeNet.Family,
        Paper = LeNet.Paper,
        Year = 1998,
        ImageSize = 32,
        MinimumImageSize = 16, // 16 → 12 → 6 → 2 → 1
        Channels = 1,
        DefaultClasses = 10,
        Normalization = new([-Background / (Ink - Background)], [1 / (Ink - Background)]),
        Training = new() { BatchSize = 16, LearningRate = 0.001, WeightDecay = 0 }, // the paper trains one image at a time, without weight decay
        Head = "classifier", // F6 learns the codes of the classes, and has to again for other classes
        Stages = [["c1"], ["s2"], ["c3"], ["s4"], ["c5"], ["classifier"]],
        Loss = new MaximumAPosterioriLoss(RubbishPenalty),
        Build = shape => new Network(shape),
    };

    private sealed class Network : Module<Tensor, Tensor>
    {
        private readonly Layer pad;
        private readonly Conv2d c1;
        private readonly ScaledTanh c1_squash;
        private readonly TrainableSubsampling s2;
        private readonly ScaledTanh s2_squash;
        private readonly ConnectionTableConv2d c3;
        private readonly ScaledTanh c3_squash;
        private readonly TrainableSubsampling s4;
        private readonly ScaledTanh s4_squash;
        private readonly Conv2d c5;
        private readonly ScaledTanh c5_squash;
        private readonly Flatten flatten;
        private readonly Sequential classifier;

        public Network(NetworkShape shape) : base(nameof(LeNet1998))
        {
            // MNIST's digits stand in the middle of a 32 × 32 field, so that strokes at their ends reach the center of a C3 unit's view (§II.B).
            var isMnist = shape is { Height: 28, Width: 28 };
            pad = isMnist ? new ConstantPad2d(2, Background) : new Identity();
            var (height, width) = isMnist ? (32, 32) : (shape.Height, shape.Width);

            c1 = new Conv2d(shape.Channels, 6, kernel: 5);
            c1_squash = new ScaledTanh();
            s2 = new TrainableSubsampling(6);
            s2_squash = new ScaledTanh();
            c3 = new ConnectionTableConv2d(6, Connections, kernel: 5);
            c3_squash = new ScaledTanh();
            s4 = new TrainableSubsampling(16);
            s4_squash = new ScaledTanh();
            // Over the whole of S4: 5 × 5 for the paper's images, where C5 "amounts to a full connection".
            c5 = new Conv2d(16, 120, kernel: new(Subsampled(height), Subsampled(width)));
            c5_squash = new ScaledTanh();
            flatten = new Flatten();
            var f6 = new Linear(120, OutputCodes.Length);
            using var codes = OutputCodes.For(shape.Classes);
            classifier = new Sequential(("f6", f6), ("f6_squash", new ScaledTanh()), ("rbf", new RadialBasis(codes)), ("negate", new Negate()));
            RegisterComponents();
            DrawWeights(f6);

            static int Subsampled(int size) => ((size - 4) / 2 - 4) / 2;
        }

        public override Tensor forward(Tensor images) =>            // N × 1 × 32 × 32
            pad.call(images)
                .Apply(c1).Apply(c1_squash)                           // N × 6 × 28 × 28
                .Apply(s2).Apply(s2_squash)                           // N × 6 × 14 × 14
                .Apply(c3).Apply(c3_squash)                           // N × 16 × 10 × 10
                .Apply(s4).Apply(s4_squash)                           // N × 16 × 5 × 5
                .Apply(c5).Apply(c5_squash)                           // N × 120 × 1 × 1
                .Apply(flatten)                                      // N × 120
                .Apply(classifier);                                  // N × 84, then N × classes: the negative penalties

        // Uniform over ±2.4 / fan_in, biases included (appendix A).
        private void DrawWeights(Linear f6)
        {
            using var noGradient = no_grad();
            foreach (var conv in (Conv2d[])[c1, c5])
                Draw((long)conv.InChannels * conv.Kernel.Height * conv.Kernel.Width, conv.Weight, conv.Bias!);
            foreach (var subsampling in (TrainableSubsampling[])[s2, s4])
                Draw((long)subsampling.Kernel.Height * subsampling.Kernel.Width, subsampling.Weight, subsampling.Bias);
            c3.DrawUniform(Bound);
            Draw(f6.Inputs, f6.Weight, f6.Bias!);

            static double Bound(long fanIn) => 2.4 / fanIn;

            static void Draw(long fanIn, params ReadOnlySpan<Tensor> parameters)
            {
                foreach (var parameter in parameters)
                    parameter.uniform_(-Bound(fanIn), Bound(fanIn));
            }
        }
    }
}
