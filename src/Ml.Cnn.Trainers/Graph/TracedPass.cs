using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>What one forward pass did: the layers that were applied, to which tensors, and the shapes of all.</summary>
internal sealed class TracedPass
{
    private readonly List<Application> _applications = [];

    private TracedPass(Tensor images) => Images = images;

    /// <summary>The images that the pass started from.</summary>
    public Tensor Images { get; }

    /// <summary>The applications of layers in their order.</summary>
    public IReadOnlyList<Application> Applications => _applications;

    /// <summary>What the network returned.</summary>
    public Tensor? Output { get; private set; }

    /// <summary>Runs a network and notes its layers. The tensors are the caller's scope's.</summary>
    public static TracedPass Of(Module<Tensor, Tensor> network, Tensor images)
    {
        var pass = new TracedPass(images);
        using (new ForwardTrace(pass.Note))
            pass.Output = network.forward(images);
        return pass;
    }

    private void Note(ILayer layer, IReadOnlyList<Tensor> inputs, Tensor output) =>
        _applications.Add(new(layer, [.. inputs], [.. inputs.Select(input => input.shape)], output, output.shape));

    /// <summary>Whether another pass applied the same layers in the same order.</summary>
    public bool IsLike(TracedPass other) => _applications.Count == other._applications.Count
        && _applications.Zip(other._applications).All(pair => ReferenceEquals(pair.First.Layer, pair.Second.Layer));

    /// <param name="Layer">What was applied.</param>
    /// <param name="Inputs">The layer's inputs; what they stood for may be disposed.</param>
    /// <param name="InputShapes">Their shapes.</param>
    /// <param name="Output">What the layer made; what it stood for may be disposed.</param>
    /// <param name="OutputShape">Its shape.</param>
    internal sealed record Application(ILayer Layer, IReadOnlyList<Tensor> Inputs, IReadOnlyList<long[]> InputShapes, Tensor Output, long[] OutputShape);
}
