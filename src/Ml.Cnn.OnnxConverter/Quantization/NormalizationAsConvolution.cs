using System.Runtime.InteropServices;
using Google.Protobuf;
using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>
/// Writes batch normalization that no layer before could take in, such as DenseNet's, as what it is: a depthwise convolution of one weight for each channel.
/// Runtimes have an integer kernel for that, and none for the operator, around which they would go back to float32 and another order of memory.
/// </summary>
internal static class NormalizationAsConvolution
{
    /// <summary>Makes a model of another.</summary>
    /// <param name="model">Left as it is.</param>
    public static ModelProto In(ModelProto model)
    {
        var source = new GraphIndex(model.Graph);
        var graph = new GraphProto { Name = model.Graph.Name };
        graph.Input.AddRange(model.Graph.Input);
        graph.Output.AddRange(model.Graph.Output);
        foreach (var node in model.Graph.Node)
        {
            var isNormalization = node.OpType == "BatchNormalization" && node.Input.Skip(1).All(input => source.Constant(input) is not null);
            graph.Node.Add(isNormalization ? Convolution(node, source, graph) : node);
        }
        var taken = graph.Node.SelectMany(node => node.Input).ToHashSet();
        graph.Initializer.AddRange(model.Graph.Initializer.Where(constant => taken.Contains(constant.Name)));
        return NetworkPart.With(model, graph);
    }

    // γ (x − μ) / √(σ² + ε) + β
    private static NodeProto Convolution(NodeProto node, GraphIndex source, GraphProto graph)
    {
        ReadOnlySpan<float> gains = Floats(1), offsets = Floats(2), means = Floats(3), variances = Floats(4);
        var epsilon = GraphIndex.Number(node, "epsilon", 1e-5f);
        var (factors, summands) = (new float[gains.Length], new float[gains.Length]);
        for (var channel = 0; channel < factors.Length; channel++)
        {
            var factor = gains[channel] / Math.Sqrt((double)variances[channel] + epsilon);
            (factors[channel], summands[channel]) = ((float)factor, (float)(offsets[channel] - means[channel] * factor));
        }
        var channels = (long)factors.Length;
        var convolution = new NodeProto { OpType = "Conv", Name = node.Name, Output = { node.Output[0] } };
        convolution.Input.Add([node.Input[0], Constant("factors", factors, channels, 1, 1, 1), Constant("summands", summands, channels)]);
        convolution.Attribute.Add(new AttributeProto { Name = "group", Type = AttributeProto.Types.AttributeType.Int, I = channels });
        return convolution;

        ReadOnlySpan<float> Floats(int input) => GraphIndex.Floats(source.Constant(node.Input[input])!);

        string Constant(string part, float[] values, params long[] shape)
        {
            var constant = new TensorProto
            {
                Name = $"{node.Name}.{part}",
                DataType = (int)TensorProto.Types.DataType.Float,
                Dims = { shape },
                RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(values)),
            };
            graph.Initializer.Add(constant);
            return constant.Name;
        }
    }
}
