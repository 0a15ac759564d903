using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Dreams;

/// <summary>From pixels, 0 for black and 1 for white, to what a network takes, and back. All images are N × channels × height × width.</summary>
internal sealed class PixelColors
{
    private readonly Tensor _mean;
    private readonly Tensor _deviation;

    /// <param name="normalization">Of the network's preprocessing.</param>
    /// <param name="device">Where the images are.</param>
    public PixelColors(Normalization normalization, Device device) =>
        (_mean, _deviation) = (Of(normalization.Mean, device), Of(normalization.Deviation, device));

    public Tensor Normalized(Tensor pixels) => (pixels - _mean) / _deviation;

    public Tensor Pixels(Tensor normalized) => (normalized * _deviation).Plus(_mean);

    /// <summary>A gradient with respect to normalized values as one with respect to pixels.</summary>
    public Tensor PixelGradient(Tensor gradient) => gradient / _deviation;

    private static Tensor Of(IReadOnlyList<float> colors, Device device) => tensor(colors.ToArray(), device: device).reshape(1, -1, 1, 1);
}
