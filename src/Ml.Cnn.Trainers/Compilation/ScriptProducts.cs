using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>Convolutions and linear layers in TorchScript, with what is computed together with them.</summary>
internal static class ScriptProducts
{
    /// <summary>Whether a layer's kind is a convolution or a linear layer.</summary>
    public static bool Contains(string kind) => kind is LayerKinds.Conv2d or LayerKinds.ConnectionTableConv2d or LayerKinds.Linear or LayerKinds.DropConnect;

    /// <summary>The expression of an operation's output; statements before it are added to the script.</summary>
    public static string Call(NetworkScript script, FusedOperation operation) =>
        operation.Node.Kind is LayerKinds.Conv2d or LayerKinds.ConnectionTableConv2d ? Convolution(script, operation) : Linear(script, operation);

    private static string Convolution(NetworkScript script, FusedOperation operation)
    {
        var layer = operation.Node.Description!;
        var (stride, padding) = (Text(LayerAttributes.Stride, 1), Text(LayerAttributes.Padding, 0));
        var dilation = Text(LayerAttributes.Dilation, 1);
        var groups = layer.TryGet<int>(LayerAttributes.Groups, out var number) ? number : 1;
        var input = script.Input(operation);
        if (!script.Target.UsesOneDnn)
        {
            var filters = script.Factors(operation);
            return General(script, operation, $"torch.conv2d({input}, {filters}, {script.Bias(operation)}, {stride}, {padding}, {dilation}, {groups})");
        }
        var shape = ScriptText.Of(operation.Node.Inputs[0].Shape.At(script.Target.Images));
        var weight = script.Factors(operation,
            filters => $"ops.mkldnn._reorder_convolution_weight({filters}, {padding}, {stride}, {dilation}, {groups}, {shape})");
        var arguments = $"{weight}, {script.Bias(operation)}, {padding}, {stride}, {dilation}, {groups}, ";
        var activation = ScriptActivations.PostOperation(operation.Activation?.Description);
        if (operation.Addend is not { } addend)
            return $"ops.mkldnn._convolution_pointwise({input}, {arguments}{activation})";
        // With a sum, "no activation" is None.
        var afterSum = operation.Activation is null ? "None" + activation[activation.IndexOf(',')..] : activation;
        return script.MayOverwriteAddend(operation)
            ? $"ops.mkldnn._convolution_pointwise_({script.Value(addend)}, {input}, {arguments}\"add\", 1., {afterSum})"
            : $"ops.mkldnn._convolution_pointwise({input}, {script.Value(addend)}, {arguments}\"add\", 1., {afterSum})";

        string Text(string attribute, int otherwise) => ScriptText.Of(layer.TryGet<Size2d>(attribute, out var size) ? size : otherwise);
    }

    private static string Linear(NetworkScript script, FusedOperation operation)
    {
        var input = script.Input(operation);
        if (!script.Target.UsesOneDnn)
            return General(script, operation, $"torch.linear({input}, {script.Factors(operation)}, {script.Bias(operation)})");
        var rows = operation.Node.Inputs[0].Shape.At(script.Target.Images).SkipLast(1).Aggregate(1L, (product, length) => product * length);
        var weight = script.Factors(operation, matrix => $"ops.mkldnn._reorder_linear_weight({matrix}, {rows})");
        return $"ops.mkldnn._linear_pointwise({input}, {weight}, {script.Bias(operation)}, "
            + $"{ScriptActivations.PostOperation(operation.Activation?.Description)})";
    }

    // What the fused operators do in one call, in several.
    private static string General(NetworkScript script, FusedOperation operation, string product)
    {
        if (operation.Addend is { } addend)
            product = $"torch.add_({script.Assign("product", product)}, {script.Value(addend)})";
        return operation.Activation?.Description is { } activation
            ? ScriptActivations.Call(activation, script.Assign("product", product), overwrites: true)
            : product;
    }
}
