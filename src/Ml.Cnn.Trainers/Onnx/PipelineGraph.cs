using Microsoft.ML.Model.OnnxConverter;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Onnx;

/// <summary>The ONNX graph that ML.NET makes of a whole pipeline (<c>mlContext.Model.ConvertToOnnx</c>), of operators of version 11 or 12.</summary>
internal sealed class PipelineGraph : IOnnxGraph
{
    private const int Lowest = 11;
    private readonly OnnxContext _context;

    /// <param name="context">ML.NET's.</param>
    /// <exception cref="InvalidOperationException">The pipeline is to be written in an older version.</exception>
    public PipelineGraph(OnnxContext context)
    {
        context.CheckOpSetVersion(Lowest, "CnnTransformer");
        _context = context;
    }

    public int Opset => Lowest;

    public string Node(string operation, string name, IReadOnlyList<string> inputs, params IReadOnlyList<(string Name, object Value)> attributes)
    {
        var output = _context.AddIntermediateVariable(null, name, skip: true);
        Node(operation, name, inputs, output, attributes);
        return output;
    }

    public string Constant(string name, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.cpu().contiguous();
        // A single number has another method: a list of no lengths is more than ML.NET's converter can take.
        if (values.dim() == 0)
        {
            return values.dtype == ScalarType.Int64 ? _context.AddInitializer(values.item<long>(), name, makeUniqueName: true)
                : _context.AddInitializer(values.to(float32).item<float>(), name, makeUniqueName: true);
        }
        return values.dtype == ScalarType.Int64
            ? _context.AddInitializer(values.data<long>().ToArray(), values.shape, name, makeUniqueName: true)
            : _context.AddInitializer(values.to(float32).data<float>().ToArray(), values.shape, name, makeUniqueName: true);
    }

    /// <summary>Adds a node that gives a variable of the pipeline's.</summary>
    public void Node(string operation, string name, IReadOnlyList<string> inputs, string output, params IReadOnlyList<(string Name, object Value)> attributes)
    {
        var node = _context.CreateNode(operation, inputs, [output], _context.GetNodeName(name), "");
        foreach (var (attribute, value) in attributes)
        {
            switch (value)
            {
                case long number: node.AddAttribute(attribute, number); break;
                case double number: node.AddAttribute(attribute, number); break;
                case string text: node.AddAttribute(attribute, text); break;
                case IReadOnlyList<long> numbers: node.AddAttribute(attribute, numbers); break;
                default: throw new NotSupportedException($"an attribute of type {value.GetType().Name}");
            }
        }
    }
}
