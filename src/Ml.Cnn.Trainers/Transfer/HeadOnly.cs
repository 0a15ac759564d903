using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>
/// The end of a network, from its head on, as a network of its own: takes what the head sees of an image (the features), and gives what the
/// whole network would. The layers are the network's own: training this trains it, and disposing this would dispose them.
/// </summary>
internal sealed class HeadOnly : Module<Tensor, Tensor>
{
    private readonly List<Layer> _layers;
    private readonly long[] _featureShape;

    private HeadOnly(Layer head, List<Layer> layers, long[] featureShape) : base(nameof(HeadOnly))
    {
        (_layers, _featureShape) = (layers, featureShape);
        Head = head;
        Length = featureShape.Aggregate(1L, (a, b) => a * b);
        register_module(nameof(head), head);
    }

    /// <summary>The head itself.</summary>
    public Layer Head { get; }

    /// <summary>Features per image.</summary>
    public long Length { get; }

    /// <summary>Cuts a network before its head, read from one pass under a trace.</summary>
    /// <returns>Null where the head is more than one layer, or something behind it looks past it at the rest of the network.</returns>
    public static HeadOnly? Of(Module<Tensor, Tensor> network, Architecture architecture, NetworkShape shape, Device device)
    {
        if (network.named_modules().FirstOrDefault(m => m.name == architecture.Head).module is not Layer head)
            return null;
        var layers = new List<Layer>();
        long[]? featureShape = null;
        Tensor? last = null;
        var isChain = true;
        network.eval();
        using (NewDisposeScope())
        using (no_grad())
        using (new ForwardTrace(Observe))
            network.forward(zeros([1, shape.Channels, shape.Height, shape.Width], device: device));
        return featureShape is null || !isChain ? null : new HeadOnly(head, layers, featureShape);

        void Observe(ILayer layer, IReadOnlyList<Tensor> inputs, Tensor output)
        {
            if (ReferenceEquals(layer, head))
                featureShape = inputs[0].shape[1..];
            else if (last is null)
                return; // before the head
            else if (layer is not Layer || !ReferenceEquals(inputs[0], last))
                isChain = false;
            if (layer is Layer one)
                layers.Add(one);
            last = output;
        }
    }

    /// <param name="features">N × anything that holds <see cref="Length"/> values.</param>
    public override Tensor forward(Tensor features)
    {
        var output = features.reshape([features.shape[0], .. _featureShape]);
        foreach (var layer in _layers)
            output = output.Apply(layer);
        return output; // N × classes
    }
}
