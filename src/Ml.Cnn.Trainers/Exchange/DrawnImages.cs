using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms.Geometry;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Exchange;

/// <summary>Drawn images and the network's own logits for them: what a file of the network has to give, too. Always the same images.</summary>
internal sealed class DrawnImages : IDisposable
{
    private const int Seed = 1;

    private DrawnImages(Tensor pixels, Tensor images, Tensor logits) => (Pixels, Images, Logits) = (pixels, images, logits);

    /// <summary>Pixels at the network's size: N × height × width × channels, uint8.</summary>
    public Tensor Pixels { get; }

    /// <summary>The same images as the network takes them: N × channels × height × width, float32.</summary>
    public Tensor Images { get; }

    /// <summary>N × classes, float32, computed layer by layer.</summary>
    public Tensor Logits { get; }

    /// <summary>Draws images and runs the network on them.</summary>
    /// <param name="network">The network; whoever calls this keeps it from being disposed.</param>
    /// <param name="count">How many images.</param>
    /// <exception cref="InvalidOperationException">The network's output is NaN or infinite; the message says since which layer.</exception>
    public static DrawnImages Of(NetworkComputation network, int count)
    {
        var shape = network.Model.Shape;
        var pixels = new byte[count * shape.Height * shape.Width * shape.Channels];
        new Random(Seed).NextBytes(pixels);
        var values = new float[pixels.Length];
        var (length, normalizer) = (pixels.Length / count, new PixelTensor(network.Model.Preprocessing.Normalization, shape.Channels));
        for (var i = 0; i < count; i++)
            normalizer.FillPlanar(pixels.AsSpan(i * length, length), values.AsSpan(i * length, length));

        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var images = tensor(values).view(count, shape.Channels, shape.Height, shape.Width);
        var layers = new LayeredNetwork(network.Claim.Network.forward, network.Plan, CopyOutput.Values, "");
        var logits = layers.Run(network.Plan.ChannelsLast ? images.ChannelsLast() : images).cpu();
        if (!float.IsFinite(logits.sum().item<float>()))
        {
            var since = NonFiniteLayer.Find(network.Claim.Network, shape, images.to(network.Plan.Device));
            throw new InvalidOperationException($"{network.Model.Architecture.Name} was not saved: its scores of drawn images are NaN or infinite"
                + $"{(since is null ? "" : $", its numbers so from the layer {since} on")}. The weights are damaged, or of another network: import or train "
                + "them again.");
        }
        return new(tensor(pixels).view(count, shape.Height, shape.Width, shape.Channels).DetachFromDisposeScope(), images.DetachFromDisposeScope(),
            logits.DetachFromDisposeScope());
    }

    public void Dispose()
    {
        Pixels.Dispose();
        Images.Dispose();
        Logits.Dispose();
    }
}
