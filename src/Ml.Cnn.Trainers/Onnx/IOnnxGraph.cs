using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Onnx;

/// <summary>Takes the nodes of an ONNX graph, each after those that make its inputs. Whoever implements it knows how nodes are stored; nothing else
/// does.</summary>
internal interface IOnnxGraph
{
    /// <summary>The version of the operators, https://github.com/onnx/onnx/blob/main/docs/Operators.md.</summary>
    int Opset { get; }

    /// <summary>Adds a node with a single output.</summary>
    /// <param name="operation">The operator, of the default domain.</param>
    /// <param name="name">The node's name; made unique where it is taken.</param>
    /// <param name="inputs">The names of values; "" for an optional one that is left out.</param>
    /// <param name="attributes">Values are of the types <see cref="long"/>, <see cref="double"/>, <see cref="string"/> or a list of <see cref="long"/>.</param>
    /// <returns>The name of the output's value.</returns>
    string Node(string operation, string name, IReadOnlyList<string> inputs, params IReadOnlyList<(string Name, object Value)> attributes);

    /// <summary>Adds a constant tensor.</summary>
    /// <param name="name">Its name; made unique where it is taken.</param>
    /// <param name="tensor">Float32, float16, or int64. Read before the call returns.</param>
    /// <returns>The name of the value.</returns>
    string Constant(string name, Tensor tensor);
}
