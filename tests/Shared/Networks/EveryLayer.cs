using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdaptiveAvgPool2d = Ml.Cnn.Trainers.Layers.AdaptiveAvgPool2d;
using AvgPool2d = Ml.Cnn.Trainers.Layers.AvgPool2d;
using BatchNorm2d = Ml.Cnn.Trainers.Layers.BatchNorm2d;
using ConstantPad2d = Ml.Cnn.Trainers.Layers.ConstantPad2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using MaxPool2d = Ml.Cnn.Trainers.Layers.MaxPool2d;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace MlCnn.Testing;

/// <summary>Every kind of layer that the library has, to be written in some format.</summary>
internal static class EveryLayer
{
    /// <summary>Networks of a layer each, for images of 6 × 9 × 11; odd numbers where there is a choice, so that an attribute that is left out shows.</summary>
    public static Module<Tensor, Tensor>[] Networks() =>
    [
        new Conv2d(6, 9, kernel: new(3, 2), stride: new(2, 1), padding: new(1, 2), dilation: new(1, 3), groups: 3), new Conv2d(6, 4, kernel: 1, bias: false),
        new ConnectionTableConv2d(6, [[0, 5], [1], [4, 2, 3]], kernel: new(3, 2)), OfRows(new Linear(6, 5)), new Linear(11, 5, bias: false),
        OfRows(new DropConnect(6, 5, 0.3)), new BatchNorm2d(6, 1e-3, 0.2), new LayerNorm(11, 1e-3), new LayerNorm2d(6, 1e-3),
        new LocalResponseNorm(3, 0.1, 0.5, 1.5), new LocalResponseNorm(5, 0.2, 0.75, 2), new Sequential(("scale", new LayerScale(6, 0.3))),
        new MaxPool2d(new(3, 2), new(2, 3), new(1, 0), ceilMode: true), new MaxPool2d(2), new AvgPool2d(new(3, 2), new(2, 3), new(1, 1), ceilMode: true),
        new AvgPool2d(2), new AdaptiveAvgPool2d(new(2, 3)), new AdaptiveAvgPool2d(1), new TrainableSubsampling(6, new Size2d(2, 3)),
        OfRows(new RadialBasis(randn(4, 6))), new ConstantPad2d(new(1, 2), -3),
        new Sequential(new ConstantPad2d(1, double.NegativeInfinity), new MaxPool2d(3)), new ZeroPaddedShortcut(6, 9, 2), new ChannelShuffle(3),
        new Slice(1, 3, 2), new Permute(0, 2, 3, 1), new Flatten(), new Joined(new Concatenate(2)), new Joined(new Add()), new Joined(new Multiply()),
        new Negate(), new Identity(), new Dropout(0.2), new StochasticDepth(0.2), new ReLU(), new ReLU6(),
        new LeakyReLU(0.3), new PReLU(6, 0.1), new PReLU(1, 0.1), new Sigmoid(), new Tanh(), new ScaledTanh(1.5, 0.5),
        new SiLU(), new GELU(), new Hardsigmoid(), new Hardswish(), new Maxout(3), OfRows(new Maxout(2)),
        new Affine(2, 0.5), new ChannelAffine(6), new ChannelAffine(11, bias: false, dimension: -1), new Clip(-1, 2), new Reshape(9, 22, 3),
        new MeanImage(randn(6, 9, 11)), new MeanImage(randn(6, 5, 7)),
    ];

    private static Sequential OfRows(Layer layer) => new(new AdaptiveAvgPool2d(1), new Flatten(), layer);

    private sealed class Joined : Module<Tensor, Tensor>
    {
        private readonly JoinLayer join;
        private readonly Negate negate = new();

        public Joined(JoinLayer join) : base(join.Kind)
        {
            this.join = join;
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => join.call([images, negate.call(images)]);
    }
}
