using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Inspection;

/// <summary>A network as a table: its layers in the order in which an image passes them, with shapes, parameters and cost.</summary>
/// <remarks>
/// Read from the network itself, in evaluation mode, so auxiliary heads that only training uses are counted among the parameters and
/// make no row. A network of your own has rows for those of its layers that are this library's.
/// </remarks>
/// <example>
/// <code>
/// var summary = CnnSummary.Of(ArchitectureCatalog.Find("vgg16"));
/// Console.WriteLine(summary); // 138,357,544 parameters, 15,470,264,320 multiply-adds
/// </code>
/// </example>
public sealed class CnnSummary
{
    private CnnSummary(Architecture architecture, NetworkShape shape, Module<Tensor, Tensor> network)
    {
        var graph = NetworkGraph.Trace(network, shape);
        Architecture = architecture.Name;
        Classes = shape.Classes;
        InputShape = [shape.Channels, shape.Height, shape.Width];
        var parameters = network.parameters().ToArray();
        Parameters = parameters.Sum(parameter => parameter.numel());
        TrainableParameters = parameters.Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel());
        MultiplyAdds = graph.Nodes.Count > 0 ? graph.MultiplyAdds : null;
        WeightBytes = ModuleState.Of(network).Sum(entry => entry.Value.numel() * entry.Value.element_size());

        var counted = new HashSet<Module>();
        Layers = [.. graph.Nodes.Select(node => new CnnLayerSummary(node, node.Layer is Module layer && counted.Add(layer) ? ParametersOf(layer) : 0))];
    }

    /// <summary>The network's name.</summary>
    public string Architecture { get; }

    /// <summary>The length of the output.</summary>
    public int Classes { get; }

    /// <summary>Channels, height and width of an image.</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>All parameters, trained or fixed.</summary>
    public long Parameters { get; }

    /// <summary>The parameters that training changes.</summary>
    public long TrainableParameters { get; }

    /// <summary>
    /// Multiply-adds for one image: of convolutions and linear layers, as is the field's custom. Null for a network whose layers are not this library's.
    /// </summary>
    public long? MultiplyAdds { get; }

    /// <summary>Memory of all layers' outputs for one image in float32, in bytes: about what training has to keep.</summary>
    public long ActivationBytes => Layers.Sum(layer => layer.ActivationBytes);

    /// <summary>Size of the weights as they are saved, in bytes: parameters and what is kept with them, such as running means.</summary>
    public long WeightBytes { get; }

    /// <summary>The layers in the order of a forward pass; empty for a network whose layers are not this library's.</summary>
    public IReadOnlyList<CnnLayerSummary> Layers { get; }

    /// <summary>The table of a network. For a built-in one it takes milliseconds and no memory: no weights are made.</summary>
    /// <param name="architecture">The network: see <see cref="ArchitectureCatalog"/>. One of your own is built and applied to an empty image.</param>
    /// <param name="classes">The length of the output, 1 or more. Default: what the network was designed for.</param>
    /// <param name="imageSize">Height and width of the images in pixels. Default: what the network was designed for.</param>
    /// <param name="channels">Channels of the images, 1 or more. Default: what the network was designed for.</param>
    /// <exception cref="ArgumentOutOfRangeException">
    /// The network cannot take such images, and the message says the smallest size; or it declares something outside its range.
    /// </exception>
    /// <exception cref="InvalidOperationException">A network of your own declares a head or stages that its module does not have.</exception>
    public static CnnSummary Of(Architecture architecture, int? classes = null, int? imageSize = null, int? channels = null)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        var size = imageSize ?? architecture.ImageSize;
        var shape = new NetworkShape(channels ?? architecture.Channels, size, size, classes ?? architecture.DefaultClasses);
        architecture.Check();
        // Libtorch has no convolution on the meta device: only the library's layers know their shapes there.
        using var network = architecture.IsUsersOwn ? RandomState.Build(seed: 0, () => architecture.Build(shape)) : architecture.BuildWithoutWeights(shape);
        return new(architecture, shape, network);
    }

    /// <summary>The table of a trained network.</summary>
    /// <param name="model">The network as <c>Fit</c> returned it or as it was found in a loaded model.</param>
    public static CnnSummary Of(CnnTransformer model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return new(model.Architecture, model.Shape, model.Scorer.Network);
    }

    /// <summary>
    /// The table as JSON on one line: <c>{arch, classes, inputShape, parameters, multiplyAdds, layers: [{name, kind, inputShape,
    /// outputShape, parameters, multiplyAdds, kernel, stride, padding, groups, activationBytes, inputs}]}</c>. Shapes are arrays of
    /// channels, height and width, extents arrays of height and width; layers without a window lack those members.
    /// </summary>
    public string ToJson() => CnnSummaryJson.Write(this);

    /// <summary>The table as text, as wide as it needs to be.</summary>
    public override string ToString() => CnnSummaryTable.Write(this, int.MaxValue);

    /// <summary>The table as text for a terminal: columns that do not fit are left out, the least telling first.</summary>
    /// <param name="width">The longest line, in characters. Below about 60, lines may be longer.</param>
    public string ToString(int width) => CnnSummaryTable.Write(this, width);

    private static long ParametersOf(Module layer) => layer.parameters().Sum(parameter => parameter.numel());
}
