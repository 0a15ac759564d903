using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>GoogLeNet, the first Inception network, with batch normalization as in torchvision.</summary>
public static class GoogLeNet
{
    private const string Name = "googlenet";
    private const double DefaultDropout = 0.4;
    private const double AuxiliaryDropout = 0.7;

    // §5: "the losses of the auxiliary classifiers were weighted by 0.3".
    private const double AuxiliaryWeight = 0.3;

    /// <summary>The family's networks.</summary>
    public static IReadOnlyList<Architecture> All { get; } = [Create()];

    /// <summary>GoogLeNet (Szegedy et al. 2014, table 1).</summary>
    /// <param name="auxiliaryHeads">
    /// Whether two further classifiers, on the outputs of the blocks 4a and 4d, take part in training, each with 0.3 of its loss (§5). Scores do not
    /// depend on them. Default true.
    /// </param>
    /// <param name="dropout">Dropout before the last layer, from 0 to below 1. Default 0.4, as in the paper (§5); torchvision has 0.2.</param>
    /// <exception cref="ArgumentOutOfRangeException">The dropout is outside its range.</exception>
    public static Architecture Create(bool auxiliaryHeads = true, double dropout = DefaultDropout)
    {
        ArchitectureSettings.CheckProbability(dropout, nameof(dropout));
        string[] auxiliary = auxiliaryHeads ? ["aux1", "aux2"] : [];
        return new()
        {
            Name = Name,
            Family = "GoogLeNet",
            Paper = "Szegedy, Liu, Jia, Sermanet, Reed, Anguelov, Erhan, Vanhoucke, Rabinovich: Going deeper with convolutions (2014)",
            Year = 2014,
            ImageSize = 224,
            MinimumImageSize = 15, // 15 → 8 → 4 → 2 → 1
            Normalization = Normalization.Inception,
            Training = new() { BatchSize = 64, LearningRate = 0.05, WeightDecay = 1e-4 },
            Head = "fc",
            AuxiliaryHeads = auxiliary,
            Stages =
            [
                ["conv1"], ["conv2", "conv3"], ["inception3a", "inception3b"],
                ["inception4a", "inception4b", "inception4c", "inception4d", "inception4e"], ["inception5a", "inception5b"],
                ["fc", .. auxiliary],
            ],
            Configure = reader => Create(reader.Flag("auxiliary_heads", auxiliaryHeads), reader.Probability("dropout", dropout)),
            Build = shape => new Network(shape, auxiliaryHeads, dropout),
        };
    }

    private sealed class Network : Module<Tensor, Tensor>, IAuxiliaryHeads
    {
        private readonly BasicConv2d conv1, conv2, conv3;
        private readonly InceptionBlock inception3a, inception3b, inception4a, inception4b, inception4c, inception4d, inception4e, inception5a, inception5b;
        private readonly AuxiliaryHead? aux1, aux2;
        private readonly Layer maxpool1, maxpool2, maxpool3, maxpool4, avgpool, flatten, dropout, fc;

        public Network(NetworkShape shape, bool auxiliaryHeads, double dropout) : base(nameof(GoogLeNet))
        {
            conv1 = new BasicConv2d(shape.Channels, 64, kernel: 7, stride: 2, padding: 3);
            maxpool1 = new MaxPool2d(kernel: 3, stride: 2, ceilMode: true);
            conv2 = new BasicConv2d(64, 64, kernel: 1);
            conv3 = new BasicConv2d(64, 192, kernel: 3, padding: 1);
            maxpool2 = new MaxPool2d(kernel: 3, stride: 2, ceilMode: true);
            inception3a = Inception(192, 64, 96, 128, 16, 32, 32);
            inception3b = Inception(256, 128, 128, 192, 32, 96, 64);
            maxpool3 = new MaxPool2d(kernel: 3, stride: 2, ceilMode: true);
            inception4a = Inception(480, 192, 96, 208, 16, 48, 64);
            inception4b = Inception(512, 160, 112, 224, 24, 64, 64);
            inception4c = Inception(512, 128, 128, 256, 24, 64, 64);
            inception4d = Inception(512, 112, 144, 288, 32, 64, 64);
            inception4e = Inception(528, 256, 160, 320, 32, 128, 128);
            maxpool4 = new MaxPool2d(kernel: 2, stride: 2, ceilMode: true);
            inception5a = Inception(832, 256, 160, 320, 32, 128, 128);
            inception5b = Inception(832, 384, 192, 384, 48, 128, 128);
            if (auxiliaryHeads)
            {
                aux1 = new AuxiliaryHead(512, shape.Classes);
                aux2 = new AuxiliaryHead(528, shape.Classes);
            }
            avgpool = new AdaptiveAvgPool2d(1);
            flatten = new Flatten();
            this.dropout = new Dropout(dropout);
            fc = new Linear(1024, shape.Classes);
            RegisterComponents();
            // As torchvision draws them: from a Gaussian of deviation 0.01, which it cuts off at ±2, two hundred deviations away.
            Initialization.ConvolutionsNormal(this, 0.01);
            Initialization.LinearNormal(this, 0.01);
        }

        public override Tensor forward(Tensor images) => Forward(images, auxiliary: null);

        public (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary) ForwardWithAuxiliary(Tensor images)
        {
            var auxiliary = new List<AuxiliaryLogits>();
            return (Forward(images, auxiliary), auxiliary);
        }

        private Tensor Forward(Tensor images, List<AuxiliaryLogits>? auxiliary)
        {
            var maps = conv1.call(images)           // N × 64 × 112 × 112
                .Apply(maxpool1)                     // N × 64 × 56 × 56
                .Apply(conv2).Apply(conv3)            // N × 192 × 56 × 56
                .Apply(maxpool2)                     // N × 192 × 28 × 28
                .Apply(inception3a)                  // N × 256 × 28 × 28
                .Apply(inception3b)                  // N × 480 × 28 × 28
                .Apply(maxpool3)                     // N × 480 × 14 × 14
                .Apply(inception4a);                 // N × 512 × 14 × 14
            Classify(aux1);
            maps = maps.Apply(inception4b)           // N × 512 × 14 × 14
                .Apply(inception4c)                  // N × 512 × 14 × 14
                .Apply(inception4d);                 // N × 528 × 14 × 14
            Classify(aux2);
            return maps.Apply(inception4e)           // N × 832 × 14 × 14
                .Apply(maxpool4)                     // N × 832 × 7 × 7
                .Apply(inception5a)                  // N × 832 × 7 × 7
                .Apply(inception5b)                  // N × 1024 × 7 × 7
                .Apply(avgpool)                      // N × 1024 × 1 × 1
                .Apply(flatten)                      // N × 1024
                .Apply(dropout).Apply(fc);            // N × classes

            void Classify(AuxiliaryHead? head)
            {
                if (head is not null)
                    auxiliary?.Add(new(head.call(maps), AuxiliaryWeight));
            }
        }

        // Figure 2b. torchvision's third branch has 3 × 3 kernels where the paper has 5 × 5, and so have its published weights.
        private static InceptionBlock Inception(int inChannels, int ch1x1, int ch3x3Reduced, int ch3x3, int ch5x5Reduced, int ch5x5, int projected) => new(
            new Branch(("branch1", new BasicConv2d(inChannels, ch1x1, kernel: 1))),
            new Branch(("branch2", new Sequential(new BasicConv2d(inChannels, ch3x3Reduced, kernel: 1),
            new BasicConv2d(ch3x3Reduced, ch3x3, kernel: 3, padding: 1)))),
            new Branch(("branch3", new Sequential(new BasicConv2d(inChannels, ch5x5Reduced, kernel: 1),
            new BasicConv2d(ch5x5Reduced, ch5x5, kernel: 3, padding: 1)))),
            new Branch(("branch4", new Sequential(new MaxPool2d(kernel: 3, stride: 1, padding: 1, ceilMode: true),
                new BasicConv2d(inChannels, projected, kernel: 1)))));
    }

    /// <summary>A classifier on the way (§5), which pools to 4 × 4 pixels.</summary>
    private sealed class AuxiliaryHead : Module<Tensor, Tensor>
    {
        private readonly BasicConv2d conv;
        private readonly Layer avgpool, flatten, fc1, relu, dropout, fc2;

        public AuxiliaryHead(int inChannels, int classes) : base(nameof(AuxiliaryHead))
        {
            avgpool = new AdaptiveAvgPool2d(4);
            conv = new BasicConv2d(inChannels, 128, kernel: 1);
            flatten = new Flatten();
            fc1 = new Linear(128 * 4 * 4, 1024);
            relu = new ReLU(inPlace: true);
            dropout = new Dropout(AuxiliaryDropout);
            fc2 = new Linear(1024, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor maps) =>          // N × 512 or 528 × 14 × 14
            avgpool.call(maps)                                  // N × 512 or 528 × 4 × 4
                .Apply(conv)                                     // N × 128 × 4 × 4
                .Apply(flatten)                                  // N × 2048
                .Apply(fc1).Apply(relu).Apply(dropout)             // N × 1024
                .Apply(fc2);                                     // N × classes
    }
}
