using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Inspection;

/// <summary>One application of a layer, as a row of <see cref="CnnSummary.Layers"/>.</summary>
public sealed class CnnLayerSummary
{
    internal CnnLayerSummary(GraphNode node, long parameters)
    {
        Name = node.Name;
        Kind = node.Kind;
        Inputs = [.. node.Inputs.Select(input => input.Name)];
        InputShape = node.Inputs.Count > 0 ? node.Inputs[0].Shape.PerImage : [];
        OutputShape = node.Shape.PerImage;
        Parameters = parameters;
        MultiplyAdds = node.MultiplyAdds;
        if (node.Description is not { } layer || !layer.TryGet<Size2d>(LayerAttributes.Kernel, out var kernel))
            return;
        Kernel = kernel;
        Stride = layer.Get<Size2d>(LayerAttributes.Stride);
        Padding = layer.Get<Size2d>(LayerAttributes.Padding);
        Groups = layer.TryGet<int>(LayerAttributes.Groups, out var groups) ? groups : 1;
    }

    /// <summary>
    /// The layer's module path ("layer1.0.conv1"), or its kind if it has none; "_1", "_2", … follow where a layer is applied again.
    /// Names are unique, and <c>CnnFeatures</c> takes them.
    /// </summary>
    public string Name { get; }

    /// <summary>The operation: "conv2d", "batch_norm2d", "relu", "add", …</summary>
    public string Kind { get; }

    /// <summary>The names of the layers that the inputs come from; "input" is the image, "unobserved" what no layer of this library made.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The first input's shape without the batch: channels, height and width, or the length of a row.</summary>
    public IReadOnlyList<int> InputShape { get; }

    /// <summary>The output's shape without the batch: channels, height and width, or the length of a row.</summary>
    public IReadOnlyList<int> OutputShape { get; }

    /// <summary>Parameters of the layer itself; 0 where a layer is applied again, so that the column adds up.</summary>
    public long Parameters { get; }

    /// <summary>Multiply-adds for one image: of convolutions and linear layers, as is the field's custom; 0 for all others.</summary>
    public long MultiplyAdds { get; }

    /// <summary>Height and width of the filter or the pooling window; null for layers without one.</summary>
    public Size2d? Kernel { get; }

    /// <summary>Pixels between two positions of the window; null for layers without one.</summary>
    public Size2d? Stride { get; }

    /// <summary>Pixels added on each side of the input; null for layers without a window.</summary>
    public Size2d? Padding { get; }

    /// <summary>Groups of channels that are worked on apart; null for layers without a window.</summary>
    public int? Groups { get; }

    /// <summary>Memory of the output for one image in float32, in bytes, whether or not it shares that of the input.</summary>
    public long ActivationBytes => sizeof(float) * OutputShape.Aggregate(1L, (product, size) => product * size);
}
