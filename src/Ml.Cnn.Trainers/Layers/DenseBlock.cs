using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A dense block (Huang et al. 2016, equation 2 and figure 1): every layer sees the block's input and the outputs of all layers before it, side by
/// side, and adds a few channels of its own. N × C × H × W to N × (C + layers · growth) × H × W.
/// </summary>
/// <remarks>
/// A layer is batch normalization, ReLU and a 3 × 3 convolution, with a bottleneck before them of batch normalization, ReLU and a 1 × 1 convolution.
/// Parameters as in torchvision: <c>denselayer1.norm1.weight</c>, <c>denselayer1.conv1.weight</c>, <c>denselayer1.norm2.weight</c>, ….
/// </remarks>
internal sealed class DenseBlock : Module<Tensor, Tensor>
{
    private readonly DenseLayer[] _layers;

    /// <summary>Creates the block with freshly drawn weights.</summary>
    /// <param name="layers">How many layers, 1 or more.</param>
    /// <param name="inChannels">Channels of the input, 1 or more.</param>
    /// <param name="growth">The growth rate k: channels that each layer adds, 1 or more.</param>
    /// <param name="bottleneck">Channels between a layer's two convolutions, 4k in the paper; null, the default: one convolution, no bottleneck.</param>
    /// <param name="dropout">Dropout after each layer, from 0 to below 1. Default 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public DenseBlock(int layers, int inChannels, int growth, int? bottleneck = null, double dropout = 0) : base(nameof(DenseBlock))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(layers, 1);
        OutChannels = inChannels + layers * growth;
        _layers = [.. Enumerable.Range(0, layers).Select(i => new DenseLayer(inChannels + i * growth, growth, bottleneck, dropout))];
        for (var i = 0; i < layers; i++)
            register_module($"denselayer{i + 1}", _layers[i]);
    }

    /// <summary>Channels of the output.</summary>
    public int OutChannels { get; }

    /// <summary>Applies the block.</summary>
    public override Tensor forward(Tensor input) => _layers.Skip(1).Aggregate(_layers[0].call(input), Chaining.Apply);

    /// <summary>What a layer adds stands behind its input in its output, so that layers follow each other like any others.</summary>
    private sealed class DenseLayer : Module<Tensor, Tensor>
    {
        private readonly Layer norm1, relu1, conv1;
        private readonly Layer? norm2, relu2, conv2;
        private readonly Layer? drop;
        private readonly Concatenate concat;

        public DenseLayer(int inChannels, int growth, int? bottleneck, double dropout) : base(nameof(DenseLayer))
        {
            norm1 = new BatchNorm2d(inChannels);
            relu1 = new ReLU(inPlace: true);
            if (bottleneck is { } width)
            {
                conv1 = new Conv2d(inChannels, width, kernel: 1, bias: false);
                norm2 = new BatchNorm2d(width);
                relu2 = new ReLU(inPlace: true);
                conv2 = new Conv2d(width, growth, kernel: 3, padding: 1, bias: false);
            }
            else
            {
                conv1 = new Conv2d(inChannels, growth, kernel: 3, padding: 1, bias: false);
            }
            if (dropout != 0)
                drop = new Dropout(dropout);
            concat = new Concatenate();
            RegisterComponents();
        }

        public override Tensor forward(Tensor input)
        {
            var added = Chaining.Call(norm1, relu1, input).Apply(conv1);
            if (norm2 is not null && relu2 is not null && conv2 is not null)
                added = added.Apply(norm2, relu2).Apply(conv2);
            if (drop is not null)
                added = added.Apply(drop);
            using var _ = added;
            return concat.call([input, added]);
        }
    }
}
