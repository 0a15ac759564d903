using Ml.Cnn.OnnxConverter.Export;
using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Onnx;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>A file's network apart from the preprocessing of images that may be before it.</summary>
internal static class NetworkPart
{
    /// <summary>A model of the network alone, which takes what the preprocessing gives.</summary>
    /// <param name="model">Left as it is.</param>
    /// <param name="shape">Channels, height and width of what the network takes.</param>
    public static ModelProto Of(ModelProto model, params IReadOnlyList<object> shape)
    {
        var graph = new GraphProto { Name = model.Graph.Name };
        var before = model.Graph.Node.LastOrDefault(node => IsBefore(node.Name));
        graph.Input.AddRange(before is null ? model.Graph.Input : [OnnxModelBuilder.Value(before.Output[0], OnnxTypes.Float32, ["N", .. shape])]);
        graph.Output.AddRange(model.Graph.Output);
        graph.Node.AddRange(model.Graph.Node.Where(node => !IsBefore(node.Name)));
        graph.Initializer.AddRange(model.Graph.Initializer.Where(constant => !IsBefore(constant.Name)));
        return With(model, graph);
    }

    /// <summary>A model with its preprocessing, and another network in the place of its own.</summary>
    /// <param name="model">Left as it is.</param>
    /// <param name="network">Made of its <see cref="Of">part</see>.</param>
    public static ModelProto Replacing(ModelProto model, ModelProto network)
    {
        var graph = new GraphProto { Name = model.Graph.Name };
        graph.Input.AddRange(model.Graph.Input);
        graph.Output.AddRange(model.Graph.Output);
        graph.Node.AddRange(model.Graph.Node.Where(node => IsBefore(node.Name)).Concat(network.Graph.Node));
        graph.Initializer.AddRange(model.Graph.Initializer.Where(constant => IsBefore(constant.Name)).Concat(network.Graph.Initializer));
        return With(model, graph);
    }

    /// <summary>A model with another graph.</summary>
    public static ModelProto With(ModelProto model, GraphProto graph)
    {
        var other = new ModelProto
        {
            IrVersion = model.IrVersion,
            ProducerName = model.ProducerName,
            ProducerVersion = model.ProducerVersion,
            Graph = graph,
        };
        other.OpsetImport.AddRange(model.OpsetImport);
        other.MetadataProps.AddRange(model.MetadataProps);
        return other;
    }

    private static bool IsBefore(string name) => name.StartsWith(OnnxPreprocessing.Prefix, StringComparison.Ordinal);
}
