using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The activations in TorchScript: as a call, and as what oneDNN does with the numbers that it has just computed.</summary>
internal static class ScriptActivations
{
    private const string NoNumbers = "annotate(List[Optional[number]], [])";

    /// <param name="Call">The call on a value x, without and with overwriting it: "torch.relu" and "torch.relu_", the arguments behind x.</param>
    /// <param name="Arguments">Further arguments of the call.</param>
    /// <param name="PostOperation">oneDNN's name, its numbers and its algorithm, as libtorch's pointwise operators take them.</param>
    private sealed record Activation(string Call, string Arguments, string PostOperation);

    private static readonly Dictionary<string, Func<LayerDescription, Activation>> s_all = new()
    {
        [LayerKinds.ReLU] = _ => new("torch.relu", "", Post("relu")),
        [LayerKinds.ReLU6] = _ => new("torch.hardtanh", ", 0., 6.", Post("hardtanh", "[0., 6.]")),
        [LayerKinds.LeakyReLU] = layer => new("torch.leaky_relu", $", {Number(layer)}", Post("leaky_relu", $"[{Number(layer)}]")),
        [LayerKinds.Sigmoid] = _ => new("torch.sigmoid", "", Post("sigmoid")),
        [LayerKinds.Tanh] = _ => new("torch.tanh", "", Post("tanh")),
        [LayerKinds.SiLU] = _ => new("torch.silu", "", Post("swish")),
        [LayerKinds.GELU] = _ => new("torch.gelu", "", Post("gelu", algorithm: "\"none\"")),
        [LayerKinds.Hardsigmoid] = _ => new("torch.hardsigmoid", "", Post("hardsigmoid")),
        [LayerKinds.Hardswish] = _ => new("torch.hardswish", "", Post("hardswish")),
    };

    /// <summary>The arguments of libtorch's pointwise operators for no activation.</summary>
    public static string None { get; } = Post("none");

    /// <summary>Whether a layer's kind is an activation that is known here.</summary>
    public static bool Contains(string kind) => s_all.ContainsKey(kind);

    /// <summary>The arguments of libtorch's pointwise operators: name, numbers and algorithm.</summary>
    public static string PostOperation(LayerDescription? layer) => layer is null ? None : s_all[layer.Kind](layer).PostOperation;

    /// <summary>An activation as an expression.</summary>
    /// <param name="layer">The activation.</param>
    /// <param name="value">The value's name.</param>
    /// <param name="overwrites">Whether the result takes the value's place in memory.</param>
    public static string Call(LayerDescription layer, string value, bool overwrites)
    {
        var activation = s_all[layer.Kind](layer);
        return $"{activation.Call}{(overwrites ? "_" : "")}({value}{activation.Arguments})";
    }

    private static string Post(string name, string? numbers = null, string algorithm = "None") =>
        $"\"{name}\", {(numbers is null ? NoNumbers : $"annotate(List[Optional[number]], {numbers})")}, {algorithm}";

    private static string Number(LayerDescription layer) => ScriptText.Of(layer.Get<double>(LayerAttributes.Slope));
}
