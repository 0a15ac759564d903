using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Weighs each channel by a number from 0 to 1 that two small layers compute from all channels' means (Hu et al. 2017,
/// "Squeeze-and-excitation networks", equations 2 to 4): N × C × H × W to the same.
/// </summary>
/// <remarks>Parameters as torchvision's: <c>fc1</c> and <c>fc2</c>, 1 × 1 convolutions with biases.</remarks>
internal sealed class SqueezeExcitation : Module<Tensor, Tensor>
{
    private readonly Layer avgpool, fc1, fc2, activation, scale_activation;
    private readonly Multiply multiply;

    /// <summary>Creates the block.</summary>
    /// <param name="channels">Channels of the input and the output, 1 or more.</param>
    /// <param name="squeezed">Channels between the two layers, 1 or more; the paper takes a sixteenth of <paramref name="channels"/>.</param>
    /// <param name="activation">After the first layer, δ in the paper. Default ReLU.</param>
    /// <param name="scaleActivation">After the second layer, σ in the paper. Default sigmoid.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public SqueezeExcitation(int channels, int squeezed, Layer? activation = null, Layer? scaleActivation = null) : base(nameof(SqueezeExcitation))
    {
        avgpool = new AdaptiveAvgPool2d(1);
        fc1 = new Conv2d(channels, squeezed, kernel: 1);
        fc2 = new Conv2d(squeezed, channels, kernel: 1);
        this.activation = activation ?? new ReLU(inPlace: true);
        scale_activation = scaleActivation ?? new Sigmoid();
        multiply = new Multiply();
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    public override Tensor forward(Tensor input)            // N × C × H × W
    {
        using var scale = avgpool.call(input)               // N × C × 1 × 1
            .Apply(fc1).Apply(activation)                     // N × squeezed × 1 × 1
            .Apply(fc2).Apply(scale_activation);              // N × C × 1 × 1
        return multiply.call([input, scale]);               // N × C × H × W
    }
}
