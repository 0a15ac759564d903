using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// A convolution that keeps height and width (but for its stride), batch normalization and perhaps an activation: "0", "1" and "2" of a sequence.
/// </summary>
/// <param name="Epsilon">What batch normalization adds to the variance.</param>
/// <param name="Momentum">Share of a batch in the running statistics.</param>
internal sealed record ConvNorm(double Epsilon = 1e-5, double Momentum = 0.1)
{
    /// <summary>Makes the sequence.</summary>
    public Sequential Of(int inChannels, int outChannels, int kernel, Layer? activation, int stride = 1, int groups = 1)
    {
        var conv = new Conv2d(inChannels, outChannels, kernel, stride, padding: (kernel - 1) / 2, groups: groups, bias: false);
        var norm = Norm(outChannels);
        return activation is null ? new(conv, norm) : new(conv, norm, activation);
    }

    /// <summary>Batch normalization alone.</summary>
    public BatchNorm2d Norm(int channels) => new(channels, Epsilon, Momentum);
}
