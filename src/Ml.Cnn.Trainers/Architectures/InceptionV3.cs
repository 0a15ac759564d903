using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>Inception v3: blocks with factorized convolutions, on images of 299 × 299.</summary>
public static class InceptionV3
{
    private const string Name = "inception_v3";
    private const double DefaultDropout = 0.5;

    // Not in the paper; torchvision's reference training and TensorFlow's take 0.4 of the auxiliary head's loss.
    private const double AuxiliaryWeight = 0.4;

    // Below this the auxiliary head's maps have fewer than the 17 × 17 pixels that its pooling is for.
    private const int PublishedSize = 299;

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>Inception v3 (Szegedy et al. 2015, table 1 and §6).</summary>
    /// <param name="auxiliaryHeads">
    /// Whether a further classifier, on the last of the 17 × 17 maps, takes part in training with 0.4 of its loss (§4). Scores do not depend on it.
    /// Default true. With images of less than 299 pixels it averages its maps to 5 × 5, where the published windows (5 × 5, three pixels apart) would
    /// leave too little.
    /// </param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.5, as in torchvision.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dropout is outside its range.</exception>
    public static Architecture Create(bool auxiliaryHeads = true, double dropout = DefaultDropout)
    {
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        string[] auxiliary = auxiliaryHeads ? ["AuxLogits"] : [];
        return new()
        {
            Name = Name,
            Family = "Inception v3",
            Paper = "Szegedy, Vanhoucke, Ioffe, Shlens, Wojna: Rethinking the Inception architecture for computer vision (2015)",
            Year = 2015,
            ImageSize = PublishedSize,
            MinimumImageSize = 75, // 75 → 37 → 35 → 17 → 15 → 7 → 3 → 1
            Normalization = Normalization.Inception,
            Training = new() { BatchSize = 32, LearningRate = 0.05, WeightDecay = 1e-4 },
            Head = "fc",
            AuxiliaryHeads = auxiliary,
            Stages =
            [
                ["Conv2d_1a_3x3", "Conv2d_2a_3x3", "Conv2d_2b_3x3"], ["Conv2d_3b_1x1", "Conv2d_4a_3x3"], ["Mixed_5b", "Mixed_5c", "Mixed_5d"],
                ["Mixed_6a", "Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"], ["Mixed_7a", "Mixed_7b", "Mixed_7c"],
                ["fc", .. auxiliary],
            ],
            Configure = reader => Create(reader.Flag("auxiliary_heads", auxiliaryHeads), reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, auxiliaryHeads, dropout),
        };
    }

    private sealed class Network : Module<Tensor, Tensor>, IAuxiliaryHeads
    {
        private readonly Module<Tensor, Tensor>[] _trunk, _end;
        private readonly AuxiliaryHead? _auxiliary;

        public Network(NetworkShape shape, bool auxiliaryHeads, double dropout) : base(nameof(InceptionV3))
        {
            // Modules are registered in the order of torchvision's state, in which the auxiliary head stands between the two halves.
            _trunk = Registered(
                ("Conv2d_1a_3x3", new BasicConv2d(shape.Channels, 32, kernel: 3, stride: 2)),   // N × 32 × 149 × 149
                ("Conv2d_2a_3x3", new BasicConv2d(32, 32, kernel: 3)),                          // N × 32 × 147 × 147
                ("Conv2d_2b_3x3", new BasicConv2d(32, 64, kernel: 3, padding: 1)),              // N × 64 × 147 × 147
                ("maxpool1", new MaxPool2d(kernel: 3, stride: 2)),                              // N × 64 × 73 × 73
                ("Conv2d_3b_1x1", new BasicConv2d(64, 80, kernel: 1)),                          // N × 80 × 73 × 73
                ("Conv2d_4a_3x3", new BasicConv2d(80, 192, kernel: 3)),                         // N × 192 × 71 × 71
                ("maxpool2", new MaxPool2d(kernel: 3, stride: 2)),                              // N × 192 × 35 × 35
                ("Mixed_5b", InceptionA(192, projected: 32)),                                   // N × 256 × 35 × 35
                ("Mixed_5c", InceptionA(256, projected: 64)),                                   // N × 288 × 35 × 35
                ("Mixed_5d", InceptionA(288, projected: 64)),                                   // N × 288 × 35 × 35
                ("Mixed_6a", InceptionB(288)),                                                  // N × 768 × 17 × 17
                ("Mixed_6b", InceptionC(128)),                                                  // N × 768 × 17 × 17
                ("Mixed_6c", InceptionC(160)),                                                  // N × 768 × 17 × 17
                ("Mixed_6d", InceptionC(160)),                                                  // N × 768 × 17 × 17
                ("Mixed_6e", InceptionC(192)));                                                 // N × 768 × 17 × 17
            if (auxiliaryHeads)
            {
                _auxiliary = new AuxiliaryHead(shape);
                register_module("AuxLogits", _auxiliary);
            }
            _end = Registered(
                ("Mixed_7a", InceptionD(768)),                                                  // N × 1280 × 8 × 8
                ("Mixed_7b", InceptionE(1280)),                                                 // N × 2048 × 8 × 8
                ("Mixed_7c", InceptionE(2048)),                                                 // N × 2048 × 8 × 8
                ("avgpool", new AdaptiveAvgPool2d(1)),                                          // N × 2048 × 1 × 1
                ("dropout", new Dropout(dropout)),
                ("flatten", new Flatten()),                                                     // N × 2048
                ("fc", new Linear(2048, shape.Classes)));                                       // N × classes
            // As torchvision draws them: from a Gaussian of deviation 0.1, which it cuts off at ±2, twenty deviations away.
            Initialization.ConvolutionsNormal(this, 0.1);
            Initialization.LinearNormal(this, 0.1);
            _auxiliary?.DrawWeights();
        }

        public override Tensor forward(Tensor images)
        {
            using var maps = Run(_trunk, images);
            return Run(_end, maps);
        }

        public (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary) ForwardWithAuxiliary(Tensor images)
        {
            using var maps = Run(_trunk, images);
            AuxiliaryLogits[] auxiliary = _auxiliary is null ? [] : [new(_auxiliary.call(maps), AuxiliaryWeight)];
            return (Run(_end, maps), auxiliary);
        }

        private static Tensor Run(Module<Tensor, Tensor>[] modules, Tensor input) => modules.Skip(1).Aggregate(modules[0].call(input), Chaining.Apply);

        private Module<Tensor, Tensor>[] Registered(params (string Name, Module<Tensor, Tensor> Module)[] modules)
        {
            foreach (var (name, module) in modules)
                register_module(name, module);
            return [.. modules.Select(entry => entry.Module)];
        }
    }

    /// <summary>The classifier on the 17 × 17 maps (§4, figure 8).</summary>
    private sealed class AuxiliaryHead : Module<Tensor, Tensor>
    {
        private readonly Layer pool;
        private readonly BasicConv2d conv0, conv1;
        private readonly Layer avgpool, flatten;
        private readonly Linear fc;

        public AuxiliaryHead(NetworkShape shape) : base(nameof(AuxiliaryHead))
        {
            pool = Math.Min(shape.Height, shape.Width) >= PublishedSize ? new AvgPool2d(kernel: 5, stride: 3) : new AdaptiveAvgPool2d(5);
            conv0 = new BasicConv2d(768, 128, kernel: 1);
            conv1 = new BasicConv2d(128, 768, kernel: 5);
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            fc = new Linear(768, shape.Classes);
            RegisterComponents();
        }

        // Smaller than the network's others, as in torchvision.
        public void DrawWeights()
        {
            using var noGradient = no_grad();
            fc.Weight.normal_(0, 0.001);
        }

        public override Tensor forward(Tensor maps) =>          // N × 768 × 17 × 17
            pool.call(maps)                                     // N × 768 × 5 × 5
                .Apply(conv0)                                    // N × 128 × 5 × 5
                .Apply(conv1)                                    // N × 768 × 1 × 1
                .Apply(avgpool).Apply(flatten)                    // N × 768
                .Apply(fc);                                      // N × classes
    }

    // Figure 5, with one 5 × 5 convolution left as it was.
    private static InceptionBlock InceptionA(int inChannels, int projected) => new(
        new Branch(("branch1x1", new BasicConv2d(inChannels, 64, kernel: 1))),
        new Branch(
            ("branch5x5_1", new BasicConv2d(inChannels, 48, kernel: 1)),
            ("branch5x5_2", new BasicConv2d(48, 64, kernel: 5, padding: 2))),
        new Branch(
            ("branch3x3dbl_1", new BasicConv2d(inChannels, 64, kernel: 1)),
            ("branch3x3dbl_2", new BasicConv2d(64, 96, kernel: 3, padding: 1)),
            ("branch3x3dbl_3", new BasicConv2d(96, 96, kernel: 3, padding: 1))),
        Pooled("branch_pool", inChannels, projected));

    // Figure 10: 35 × 35 to 17 × 17 pixels.
    private static InceptionBlock InceptionB(int inChannels) => new(
        new Branch(("branch3x3", new BasicConv2d(inChannels, 384, kernel: 3, stride: 2))),
        new Branch(
            ("branch3x3dbl_1", new BasicConv2d(inChannels, 64, kernel: 1)),
            ("branch3x3dbl_2", new BasicConv2d(64, 96, kernel: 3, padding: 1)),
            ("branch3x3dbl_3", new BasicConv2d(96, 96, kernel: 3, stride: 2))),
        new Branch(("maxpool", new MaxPool2d(kernel: 3, stride: 2))));

    // Figure 6: n × n convolutions as 1 × n and n × 1, with n = 7.
    private static InceptionBlock InceptionC(int channels) => new(
        new Branch(("branch1x1", new BasicConv2d(768, 192, kernel: 1))),
        new Branch(
            ("branch7x7_1", new BasicConv2d(768, channels, kernel: 1)),
            ("branch7x7_2", new BasicConv2d(channels, channels, kernel: new(1, 7), padding: new(0, 3))),
            ("branch7x7_3", new BasicConv2d(channels, 192, kernel: new(7, 1), padding: new(3, 0)))),
        new Branch(
            ("branch7x7dbl_1", new BasicConv2d(768, channels, kernel: 1)),
            ("branch7x7dbl_2", new BasicConv2d(channels, channels, kernel: new(7, 1), padding: new(3, 0))),
            ("branch7x7dbl_3", new BasicConv2d(channels, channels, kernel: new(1, 7), padding: new(0, 3))),
            ("branch7x7dbl_4", new BasicConv2d(channels, channels, kernel: new(7, 1), padding: new(3, 0))),
            ("branch7x7dbl_5", new BasicConv2d(channels, 192, kernel: new(1, 7), padding: new(0, 3)))),
        Pooled("branch_pool", 768, 192));

    // 17 × 17 to 8 × 8 pixels.
    private static InceptionBlock InceptionD(int inChannels) => new(
        new Branch(
            ("branch3x3_1", new BasicConv2d(inChannels, 192, kernel: 1)),
            ("branch3x3_2", new BasicConv2d(192, 320, kernel: 3, stride: 2))),
        new Branch(
            ("branch7x7x3_1", new BasicConv2d(inChannels, 192, kernel: 1)),
            ("branch7x7x3_2", new BasicConv2d(192, 192, kernel: new(1, 7), padding: new(0, 3))),
            ("branch7x7x3_3", new BasicConv2d(192, 192, kernel: new(7, 1), padding: new(3, 0))),
            ("branch7x7x3_4", new BasicConv2d(192, 192, kernel: 3, stride: 2))),
        new Branch(("maxpool", new MaxPool2d(kernel: 3, stride: 2))));

    // Figure 7: the ends of two branches spread out, for representations of high dimension.
    private static InceptionBlock InceptionE(int inChannels) => new(
        new Branch(("branch1x1", new BasicConv2d(inChannels, 320, kernel: 1))),
        new Branch(("branch3x3_1", new BasicConv2d(inChannels, 384, kernel: 1))) { Ends = Spread("branch3x3_2a", "branch3x3_2b") },
        new Branch(
            ("branch3x3dbl_1", new BasicConv2d(inChannels, 448, kernel: 1)),
            ("branch3x3dbl_2", new BasicConv2d(448, 384, kernel: 3, padding: 1)))
        { Ends = Spread("branch3x3dbl_3a", "branch3x3dbl_3b") },
        Pooled("branch_pool", inChannels, 192));

    private static (string Name, Module<Tensor, Tensor> Module)[] Spread(string wide, string high) =>
    [
        (wide, new BasicConv2d(384, 384, kernel: new(1, 3), padding: new(0, 1))),
        (high, new BasicConv2d(384, 384, kernel: new(3, 1), padding: new(1, 0))),
    ];

    private static Branch Pooled(string name, int inChannels, int outChannels) => new(
        ("avgpool", new AvgPool2d(kernel: 3, stride: 1, padding: 1)),
        (name, new BasicConv2d(inChannels, outChannels, kernel: 1)));
}
