using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The layers in TorchScript that are neither convolutions nor linear layers.</summary>
internal static class ScriptOperations
{
    private static readonly Dictionary<string, Func<NetworkScript, FusedOperation, string>> s_all = new()
    {
        [LayerKinds.MaxPool2d] = (script, operation) => Layer(operation) is var layer
            ? $"torch.max_pool2d({script.Input(operation)}, {Window(layer)}, [1, 1], {ScriptText.Of(layer.Get<bool>(LayerAttributes.CeilMode))})" : "",
        [LayerKinds.AvgPool2d] = (script, operation) => Layer(operation) is var layer
            ? $"torch.avg_pool2d({script.Input(operation)}, {Window(layer)}, {ScriptText.Of(layer.Get<bool>(LayerAttributes.CeilMode))}, "
                + $"{ScriptText.Of(layer.Get<bool>(LayerAttributes.CountIncludePad))}, None)" : "",
        [LayerKinds.AdaptiveAvgPool2d] = AdaptiveAvgPool,
        [LayerKinds.BatchNorm2d] = (script, operation) => Layer(operation) is var layer
            ? $"torch.batch_norm({script.Input(operation)}, {Float32(script, layer, WeightRoles.Weight)}, {Float32(script, layer, WeightRoles.Bias)}, "
                + $"{Float32(script, layer, WeightRoles.RunningMean)}, {Float32(script, layer, WeightRoles.RunningVariance)}, False, 0., "
                + $"{Number(layer, LayerAttributes.Epsilon)}, False)" : "",
        [LayerKinds.LayerNorm] = (script, operation) => LayerNorm(script, Layer(operation), script.Input(operation)),
        [LayerKinds.LayerNorm2d] = (script, operation) => script.Assign("pixels", $"torch.permute({script.Input(operation)}, [0, 2, 3, 1])") is var pixels
            ? $"torch.permute({LayerNorm(script, Layer(operation), pixels)}, [0, 3, 1, 2])" : "",
        [LayerKinds.LocalResponseNorm] = LocalResponseNorm,
        [LayerKinds.LayerScale] = (script, operation) => $"torch.mul({script.Input(operation)}, {Typed(script, Layer(operation), WeightRoles.Weight)})",
        [LayerKinds.TrainableSubsampling] = TrainableSubsampling,
        [LayerKinds.RadialBasis] = RadialBasis,
        [LayerKinds.ConstantPad2d] = (script, operation) => Layer(operation).Get<Size2d>(LayerAttributes.Padding) is var size
            ? $"torch.constant_pad_nd({script.Input(operation)}, {ScriptText.Of(size.Width, size.Width, size.Height, size.Height)}, "
                + $"{Number(Layer(operation), LayerAttributes.Value)})" : "",
        [LayerKinds.ZeroPaddedShortcut] = ZeroPaddedShortcut,
        [LayerKinds.ChannelShuffle] = ChannelShuffle,
        [LayerKinds.Slice] = (script, operation) => Layer(operation) is var layer
            ? $"torch.narrow({script.Input(operation)}, {layer.Get<int>(LayerAttributes.Dimension)}, {layer.Get<int>(LayerAttributes.Start)}, "
                + $"{layer.Get<int>(LayerAttributes.Length)})" : "",
        [LayerKinds.Permute] = (script, operation) =>
            $"torch.permute({script.Input(operation)}, "
                + $"{ScriptText.Of(Layer(operation).Get<IReadOnlyList<int>>(LayerAttributes.Dimensions).Select(each => (long)each))})",
        [LayerKinds.Flatten] = (script, operation) => $"torch.flatten({script.Input(operation)}, {Layer(operation).Get<int>(LayerAttributes.Dimension)})",
        [LayerKinds.Concatenate] = (script, operation) =>
            $"torch.cat([{string.Join(", ", script.Inputs(operation))}], {Layer(operation).Get<int>(LayerAttributes.Dimension)})",
        [LayerKinds.Add] = (script, operation) => $"torch.add({string.Join(", ", script.Inputs(operation))})",
        [LayerKinds.Multiply] = (script, operation) => $"torch.mul({string.Join(", ", script.Inputs(operation))})",
        [LayerKinds.Negate] = (script, operation) => $"torch.neg({script.Input(operation)})",
        [LayerKinds.PReLU] = (script, operation) => $"torch.prelu({script.Input(operation)}, {Typed(script, Layer(operation), WeightRoles.Weight)})",
        [LayerKinds.ScaledTanh] = (script, operation) => script.Assign("scaled",
            $"torch.mul({script.Input(operation)}, {Number(Layer(operation), LayerAttributes.Slope)})") is var scaled
            ? $"torch.mul_(torch.tanh_({scaled}), {Number(Layer(operation), LayerAttributes.Amplitude)})" : "",
        [LayerKinds.Maxout] = Maxout,
    };

    /// <summary>Whether a layer's kind is known here or among the activations and products.</summary>
    public static bool Knows(string kind) => s_all.ContainsKey(kind) || ScriptActivations.Contains(kind) || ScriptProducts.Contains(kind);

    /// <summary>Whether a kind's output is memory of its own, and no view of its input.</summary>
    public static bool MakesNewMemory(string kind) => kind is LayerKinds.Add or LayerKinds.Multiply or LayerKinds.BatchNorm2d or LayerKinds.Concatenate
        or LayerKinds.MaxPool2d or LayerKinds.LayerNorm or LayerKinds.TrainableSubsampling;

    /// <summary>The expression of an operation's output; statements before it are added to the script.</summary>
    /// <exception cref="NotSupportedException">The layer's kind is not known here; the message names it.</exception>
    public static string Call(NetworkScript script, FusedOperation operation) =>
        ScriptActivations.Contains(operation.Node.Kind) ? ScriptActivations.Call(Layer(operation), script.Input(operation), overwrites: false)
        : s_all.TryGetValue(operation.Node.Kind, out var call) ? call(script, operation)
        : throw new NotSupportedException($"the layer {operation.Node.Name} is of the kind '{operation.Node.Kind}'");

    private static LayerDescription Layer(FusedOperation operation) => operation.Node.Description!;

    // libtorch's means over whole feature maps are slow on the CPU in bfloat16, and in float32 where the maps are small: up to 40 times slower than its
    // pooling over a window as large as the map (1 × 32 × 112 × 112 in bfloat16: 398 and 47 µs; 1 × 672 × 14 × 14 in float32: 13 and 8 µs).
    private static string AdaptiveAvgPool(NetworkScript script, FusedOperation operation)
    {
        const int SmallMap = 28 * 28;
        var output = Layer(operation).Get<Size2d>(LayerAttributes.Output);
        var shape = operation.Node.Inputs[0].Shape.PerImage; // channels × height × width
        var map = new Size2d(shape[1], shape[2]);
        return output == 1 && script.Target.UsesOneDnn && (script.Target.Type != float32 || map.Height * map.Width <= SmallMap)
            ? $"torch.avg_pool2d({script.Input(operation)}, {ScriptText.Of(map)}, {ScriptText.Of(map)}, [0, 0], False, True, None)"
            : $"torch.adaptive_avg_pool2d({script.Input(operation)}, {ScriptText.Of(output)})";
    }

    private static string LayerNorm(NetworkScript script, LayerDescription layer, string input) =>
        $"torch.layer_norm({input}, {ScriptText.Of(layer.Weight(WeightRoles.Weight)!.shape)}, {Float32(script, layer, WeightRoles.Weight)}, "
            + $"{Float32(script, layer, WeightRoles.Bias)}, {Number(layer, LayerAttributes.Epsilon)})";

    // x / (k + α Σ x²)^β over neighboring channels (Krizhevsky et al. 2012, section 3.3), in float32: beside k, the small sums would vanish in bfloat16.
    private static string LocalResponseNorm(NetworkScript script, FusedOperation operation)
    {
        var layer = Layer(operation);
        var size = layer.Get<int>(LayerAttributes.Size);
        var shape = operation.Node.Shape;
        var input = script.Assign("precise", $"torch.to({script.Input(operation)}, {NetworkScript.Code(ScalarType.Float32)})");
        // Channels as the depth of a volume, padded on both sides: a mean over a window of it, times its size, is the sum.
        var squares = script.Assign("squares", $"torch.unsqueeze(torch.mul({input}, {input}), 1)");
        var padded = script.Assign("padded", $"torch.constant_pad_nd({squares}, [0, 0, 0, 0, {size / 2}, {size / 2}], 0.)");
        var means = script.Assign("means", $"torch.squeeze(torch.avg_pool3d({padded}, [{size}, 1, 1], [1, 1, 1], [0, 0, 0], False, True, None), 1)");
        var factor = ScriptText.Of(layer.Get<double>(LayerAttributes.Alpha) * size);
        var divisors = script.Assign("divisors",
            $"torch.pow_(torch.add_(torch.mul_({means}, {factor}), {Number(layer, LayerAttributes.K)}), {Number(layer, LayerAttributes.Beta)})");
        return $"torch.to(torch.div({input}, {divisors}), {NetworkScript.Code(script.Target.Type)})";
    }

    // LeCun et al. 1998, section II.B: the sum of a window times a weight, plus a bias.
    private static string TrainableSubsampling(NetworkScript script, FusedOperation operation)
    {
        var layer = Layer(operation);
        var kernel = layer.Get<Size2d>(LayerAttributes.Kernel);
        var factors = script.Weight(() => (layer.Weight(WeightRoles.Weight)!.detach() * (double)(kernel.Height * kernel.Width)).view(-1, 1, 1)
            .to(script.Target.Type));
        var offsets = script.Weight(() => layer.Weight(WeightRoles.Bias)!.detach().view(-1, 1, 1).to(script.Target.Type, copy: true));
        var mean = script.Assign("mean", $"torch.avg_pool2d({script.Input(operation)}, "
            + $"{ScriptText.Of(kernel)}, {ScriptText.Of(kernel)}, [0, 0], False, True, None)");
        return $"torch.add(torch.mul({mean}, {factors}), {offsets})";
    }

    // |x − w|² = |x|² + |w|² − 2 x·w, in float32: the difference of large numbers.
    private static string RadialBasis(NetworkScript script, FusedOperation operation)
    {
        var layer = Layer(operation);
        var input = script.Assign("row", $"torch.to({script.Input(operation)}, {NetworkScript.Code(ScalarType.Float32)})");
        var centers = script.Weight(() => layer.Weight(WeightRoles.Weight)!.detach().t().contiguous());
        var norms = script.Weight(() => layer.Weight(WeightRoles.Weight)!.detach().square().sum(1));
        var squares = script.Assign("squares", $"torch.sum(torch.mul({input}, {input}), [1], True)");
        return $"torch.sub(torch.add({squares}, {norms}), torch.matmul({input}, {centers}), alpha=2)";
    }

    private static string ZeroPaddedShortcut(NetworkScript script, FusedOperation operation)
    {
        var layer = Layer(operation);
        var stride = layer.Get<Size2d>(LayerAttributes.Stride);
        var missing = layer.Get<int>(LayerAttributes.OutChannels) - layer.Get<int>(LayerAttributes.InChannels);
        var pixels = script.Assign("pixels",
            $"torch.slice(torch.slice({script.Input(operation)}, 2, 0, None, {stride.Height}), 3, 0, None, {stride.Width})");
        // Channels last, or oneDNN would add in a way of its own, which knows no bfloat16.
        return $"torch.contiguous(torch.constant_pad_nd({pixels}, [0, 0, 0, 0, 0, {missing}], 0.), memory_format=2)";
    }

    // Channels lie side by side in memory, and do so afterwards. The batch's size is not known here: −1 stands for it.
    private static string ChannelShuffle(NetworkScript script, FusedOperation operation)
    {
        var shape = operation.Node.Shape.PerImage; // channels × height × width
        var groups = Layer(operation).Get<int>(LayerAttributes.Groups);
        var pixels = script.Assign("pixels",
            $"torch.reshape(torch.permute({script.Input(operation)}, [0, 2, 3, 1]), [-1, {shape[1]}, {shape[2]}, {groups}, {shape[0] / groups}])");
        var shuffled = script.Assign("shuffled", $"torch.reshape(torch.transpose({pixels}, 3, 4), [-1, {shape[1]}, {shape[2]}, {shape[0]}])");
        return $"torch.permute({shuffled}, [0, 3, 1, 2])";
    }

    private static string Maxout(NetworkScript script, FusedOperation operation)
    {
        var pieces = Layer(operation).Get<int>(LayerAttributes.Pieces);
        var shape = operation.Node.Shape.PerImage; // channels, or channels × height × width
        var split = $"[-1, {shape[0]}, {pieces}{string.Concat(shape.Skip(1).Select(length => FormattableString.Invariant($", {length}")))}]";
        return $"torch.amax(torch.reshape({script.Input(operation)}, {split}), [2])";
    }

    private static string Window(LayerDescription layer) =>
        $"{ScriptText.Of(layer.Get<Size2d>(LayerAttributes.Kernel))}, {ScriptText.Of(layer.Get<Size2d>(LayerAttributes.Stride))}, "
            + ScriptText.Of(layer.Get<Size2d>(LayerAttributes.Padding));

    private static string Number(LayerDescription layer, string attribute) => ScriptText.Of(layer.Get<double>(attribute));

    // Normalizations take float32 weights beside coarser values.
    private static string Float32(NetworkScript script, LayerDescription layer, string role) =>
        script.Weight(() => layer.Weight(role)!.detach().to(float32, copy: true));

    private static string Typed(NetworkScript script, LayerDescription layer, string role) =>
        script.Weight(() => layer.Weight(role)!.detach().to(script.Target.Type, copy: true));
}
