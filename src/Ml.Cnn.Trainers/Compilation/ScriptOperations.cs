using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The layers in TorchScript that are neither convolutions nor linear layers.</summary>
internal static class ScriptOperations
{
    private delegate string Writer(NetworkScript script, FusedOperation operation, LayerDescription layer);

    private static readonly Dictionary<string, Writer> s_all = new()
    {
        [LayerKinds.MaxPool2d] = (script, operation, layer) => Call("max_pool2d", script.Input(operation), Window(layer), "[1, 1]", CeilMode(layer)),
        [LayerKinds.AvgPool2d] = (script, operation, layer) => Call("avg_pool2d", script.Input(operation), Window(layer), CeilMode(layer),
            ScriptText.Of(layer.Get<bool>(LayerAttributes.CountIncludePad)), "None"),
        [LayerKinds.AdaptiveAvgPool2d] = AdaptiveAvgPool,
        [LayerKinds.BatchNorm2d] = (script, operation, layer) => Call("batch_norm", script.Input(operation), Float32(script, operation, WeightRoles.Weight),
            Float32(script, operation, WeightRoles.Bias), Float32(script, operation, WeightRoles.RunningMean),
            Float32(script, operation, WeightRoles.RunningVariance), "False", "0.", Number(layer, LayerAttributes.Epsilon), "False"),
        [LayerKinds.LayerNorm] = (script, operation, layer) => LayerNorm(script, operation, layer, script.Input(operation)),
        [LayerKinds.LayerNorm2d] = LayerNorm2d,
        [LayerKinds.LocalResponseNorm] = LocalResponseNorm,
        [LayerKinds.LayerScale] = (script, operation, _) => Call("mul", script.Input(operation), Typed(script, operation, WeightRoles.Weight)),
        [LayerKinds.Affine] = Affine,
        [LayerKinds.ChannelAffine] = ChannelAffine,
        [LayerKinds.MeanImage] = MeanImage,
        [LayerKinds.Clip] = (script, operation, layer) => Call("clamp", script.Input(operation), Number(layer, LayerAttributes.Minimum),
            Number(layer, LayerAttributes.Maximum)),
        [LayerKinds.TrainableSubsampling] = TrainableSubsampling,
        [LayerKinds.RadialBasis] = RadialBasis,
        [LayerKinds.ConstantPad2d] = ConstantPad2d,
        [LayerKinds.ZeroPaddedShortcut] = ZeroPaddedShortcut,
        [LayerKinds.ChannelShuffle] = ChannelShuffle,
        [LayerKinds.Slice] = (script, operation, layer) => Call("narrow", script.Input(operation), Integer(layer, LayerAttributes.Dimension),
            Integer(layer, LayerAttributes.Start), Integer(layer, LayerAttributes.Length)),
        [LayerKinds.Permute] = (script, operation, layer) => Call("permute", script.Input(operation),
            ScriptText.Of(layer.Get<IReadOnlyList<int>>(LayerAttributes.Dimensions).Select(dimension => (long)dimension))),
        [LayerKinds.Reshape] = Reshape,
        [LayerKinds.Flatten] = (script, operation, layer) => Call("flatten", script.Input(operation), Integer(layer, LayerAttributes.Dimension)),
        [LayerKinds.Concatenate] = (script, operation, layer) =>
            Call("cat", $"[{string.Join(", ", script.Inputs(operation))}]", Integer(layer, LayerAttributes.Dimension)),
        [LayerKinds.Add] = (script, operation, _) => Call("add", [.. script.Inputs(operation)]),
        [LayerKinds.Multiply] = (script, operation, _) => Call("mul", [.. script.Inputs(operation)]),
        [LayerKinds.Negate] = (script, operation, _) => Call("neg", script.Input(operation)),
        [LayerKinds.PReLU] = (script, operation, _) => Call("prelu", script.Input(operation), Typed(script, operation, WeightRoles.Weight)),
        [LayerKinds.ScaledTanh] = ScaledTanh,
        [LayerKinds.Maxout] = Maxout,
    };

    /// <summary>The expression of an operation's output; statements before it are added to the script.</summary>
    /// <exception cref="NotSupportedException">The layer's kind is not known here; the message names it.</exception>
    public static string Call(NetworkScript script, FusedOperation operation)
    {
        var layer = operation.Node.Description!;
        return ScriptActivations.Contains(layer.Kind) ? ScriptActivations.Call(layer, script.Input(operation), overwrites: false)
            : s_all.TryGetValue(layer.Kind, out var writer) ? writer(script, operation, layer)
            : throw new NotSupportedException($"the layer {operation.Node.Name} is of the kind '{layer.Kind}'");
    }

    private static string Call(string name, params string[] arguments) => $"torch.{name}({string.Join(", ", arguments)})";

    // libtorch's means over whole feature maps are slow on the CPU in bfloat16, and in float32 where the maps are small: up to 40 times slower than its
    // pooling over a window as large as the map (1 × 32 × 112 × 112 in bfloat16: 398 and 47 µs; 1 × 672 × 14 × 14 in float32: 13 and 8 µs).
    private static string AdaptiveAvgPool(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        const int SmallMap = 28 * 28;
        var output = layer.Get<Size2d>(LayerAttributes.Output);
        var shape = operation.Node.Inputs[0].Shape.PerImage; // channels × height × width
        var map = new Size2d(shape[1], shape[2]);
        return output == 1 && script.Target is { UsesOneDnn: true, IsOfAnySize: false } && (script.Target.Type != float32 || map.Height * map.Width <= SmallMap)
            ? $"torch.avg_pool2d({script.Input(operation)}, {ScriptText.Of(map)}, {ScriptText.Of(map)}, [0, 0], False, True, None)"
            : $"torch.adaptive_avg_pool2d({script.Input(operation)}, {ScriptText.Of(output)})";
    }

    private static string LayerNorm(NetworkScript script, FusedOperation operation, LayerDescription layer, string input) =>
        Call("layer_norm", input, ScriptText.Of(layer.Weight(WeightRoles.Weight)!.shape), Float32(script, operation, WeightRoles.Weight),
            Float32(script, operation, WeightRoles.Bias), Number(layer, LayerAttributes.Epsilon));

    private static string LayerNorm2d(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var pixels = script.Assign("pixels", $"torch.permute({script.Input(operation)}, [0, 2, 3, 1])");
        return $"torch.permute({LayerNorm(script, operation, layer, pixels)}, [0, 3, 1, 2])";
    }

    // x / (k + α Σ x²)^β over neighboring channels (Krizhevsky et al. 2012, section 3.3), in float32: beside k, the small sums would vanish in bfloat16.
    private static string LocalResponseNorm(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var size = layer.Get<int>(LayerAttributes.Size);
        var input = script.Assign("precise", NetworkScript.To(script.Input(operation), ScalarType.Float32));
        // Channels as the depth of a volume, padded on both sides: a mean over a window of it, times its size, is the sum.
        var squares = script.Assign("squares", $"torch.unsqueeze(torch.mul({input}, {input}), 1)");
        var padded = script.Assign("padded", $"torch.constant_pad_nd({squares}, [0, 0, 0, 0, {size / 2}, {size / 2}], 0.)");
        var means = script.Assign("means", $"torch.squeeze(torch.avg_pool3d({padded}, [{size}, 1, 1], [1, 1, 1], [0, 0, 0], False, True, None), 1)");
        var factor = ScriptText.Of(layer.Get<double>(LayerAttributes.Alpha) * size);
        var divisors = script.Assign("divisors",
            $"torch.pow_(torch.add_(torch.mul_({means}, {factor}), {Number(layer, LayerAttributes.K)}), {Number(layer, LayerAttributes.Beta)})");
        return NetworkScript.To($"torch.div({input}, {divisors})", script.Target.Type);
    }

    // LeCun et al. 1998, section II.B: the sum of a window times a weight, plus a bias.
    private static string TrainableSubsampling(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var kernel = layer.Get<Size2d>(LayerAttributes.Kernel);
        var sums = ScriptText.Of((double)(kernel.Height * kernel.Width));
        var factors = script.Weight(operation, WeightRoles.Weight, script.Target.Type, weight => $"torch.mul({PerChannel(weight)}, {sums})");
        var offsets = script.Weight(operation, WeightRoles.Bias, script.Target.Type, PerChannel);
        var mean = script.Assign("mean", $"torch.avg_pool2d({script.Input(operation)}, "
            + $"{ScriptText.Of(kernel)}, {ScriptText.Of(kernel)}, [0, 0], False, True, None)");
        return $"torch.add(torch.mul({mean}, {factors}), {offsets})";

        static string PerChannel(string weight) => $"torch.reshape({weight}, [-1, 1, 1])";
    }

    // |x − w|² = |x|² + |w|² − 2 x·w, in float32: the difference of large numbers.
    private static string RadialBasis(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var input = script.Assign("row", NetworkScript.To(script.Input(operation), ScalarType.Float32));
        var norms = script.Weight(operation, WeightRoles.Weight, ScalarType.Float32, centers => $"torch.sum(torch.mul({centers}, {centers}), [1])");
        var squares = script.Assign("squares", $"torch.sum(torch.mul({input}, {input}), [1], True)");
        var products = Call("linear", input, Float32(script, operation, WeightRoles.Weight), "None");
        return $"torch.sub(torch.add({squares}, {norms}), {products}, alpha=2)";
    }

    private static string ConstantPad2d(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var (before, behind) = (layer.Get<Size2d>(LayerAttributes.Padding), layer.Get<Size2d>(LayerAttributes.EndPadding));
        return Call("constant_pad_nd", script.Input(operation), ScriptText.Of(before.Width, behind.Width, before.Height, behind.Height),
            Number(layer, LayerAttributes.Value));
    }

    private static string Affine(NetworkScript script, FusedOperation operation, LayerDescription layer) =>
        $"torch.add(torch.mul({script.Input(operation)}, {Number(layer, LayerAttributes.Slope)}), {Number(layer, LayerAttributes.Offset)})";

    private static string ChannelAffine(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var dimension = layer.Get<int>(LayerAttributes.Dimension);
        var rank = operation.Node.Shape.Count;
        var value = script.Input(operation);
        if (layer.Weight(WeightRoles.Weight) is not null)
            value = Call("mul", value, Along(WeightRoles.Weight));
        if (layer.Weight(WeightRoles.Bias) is not null)
            value = Call("add", value, Along(WeightRoles.Bias));
        return value;

        string Along(string role) => dimension < 0 ? Typed(script, operation, role)
            : script.Weight(operation, role, script.Target.Type, numbers => Call("reshape", numbers, ScriptText.Of([-1, .. Enumerable.Repeat(1L, rank - 2)])));
    }

    // In float32: whole numbers up to 255 fit into bfloat16, and what is left of them does not.
    private static string MeanImage(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var (own, input) = (layer.Weight(WeightRoles.Weight)!.shape, operation.Node.Inputs[0].Shape.PerImage);
        var image = script.Target.IsOfAnySize
            ? script.Assign("mean", Resized(Float32(script, operation, WeightRoles.Weight), $"torch.slice(torch.size({script.Input(operation)}), 2)"))
            : script.Weight(operation, WeightRoles.Weight, ScalarType.Float32,
                own[1] == input[1] && own[2] == input[2] ? null : image => Resized(image, ScriptText.Of(input[1], input[2])));
        return NetworkScript.To($"torch.sub({NetworkScript.To(script.Input(operation), ScalarType.Float32)}, {image})", script.Target.Type);

        static string Resized(string image, string size) =>
            $"torch.squeeze(torch.upsample_bilinear2d(torch.unsqueeze({image}, 0), {size}, False, None, None), 0)";
    }

    private static string Reshape(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var shape = layer.Get<IReadOnlyList<int>>(LayerAttributes.Shape);
        var input = script.Input(operation);
        // Where images may have another size, −1 would take several for one.
        var batch = script.Target.IsOfAnySize ? $"torch.size({input}, 0)" : "-1";
        return Call("reshape", input, FormattableString.Invariant($"[{batch}, {string.Join(", ", shape)}]"));
    }

    private static string ZeroPaddedShortcut(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var stride = layer.Get<Size2d>(LayerAttributes.Stride);
        var missing = layer.Get<int>(LayerAttributes.OutChannels) - layer.Get<int>(LayerAttributes.InChannels);
        var pixels = script.Assign("pixels",
            $"torch.slice(torch.slice({script.Input(operation)}, 2, 0, None, {stride.Height}), 3, 0, None, {stride.Width})");
        var padded = $"torch.constant_pad_nd({pixels}, [0, 0, 0, 0, 0, {missing}], 0.)";
        // Channels last, or oneDNN would add in a way of its own, which knows no bfloat16.
        return script.Target.ChannelsLast ? $"torch.contiguous({padded}, memory_format=2)" : padded;
    }

    // Where channels lie side by side in memory they do so afterwards.
    private static string ChannelShuffle(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var (input, groups) = (script.Input(operation), Integer(layer, LayerAttributes.Groups));
        if (!script.Target.ChannelsLast)
            return Shuffled(input, 1);
        var pixels = script.Assign("pixels", $"torch.permute({input}, [0, 2, 3, 1])");
        return $"torch.permute({Shuffled(pixels, 3)}, [0, 3, 1, 2])";

        string Shuffled(string value, int channels) => FormattableString.Invariant(
            $"torch.flatten(torch.transpose(torch.unflatten({value}, {channels}, [{groups}, -1]), {channels}, {channels + 1}), {channels}, {channels + 1})");
    }

    private static string ScaledTanh(NetworkScript script, FusedOperation operation, LayerDescription layer)
    {
        var scaled = script.Assign("scaled", $"torch.mul({script.Input(operation)}, {Number(layer, LayerAttributes.Slope)})");
        return $"torch.mul_(torch.tanh_({scaled}), {Number(layer, LayerAttributes.Amplitude)})";
    }

    private static string Maxout(NetworkScript script, FusedOperation operation, LayerDescription layer) =>
        $"torch.amax(torch.unflatten({script.Input(operation)}, 1, [-1, {Integer(layer, LayerAttributes.Pieces)}]), [2])";

    private static string Window(LayerDescription layer) =>
        $"{ScriptText.Of(layer.Get<Size2d>(LayerAttributes.Kernel))}, {ScriptText.Of(layer.Get<Size2d>(LayerAttributes.Stride))}, "
            + ScriptText.Of(layer.Get<Size2d>(LayerAttributes.Padding));

    private static string CeilMode(LayerDescription layer) => ScriptText.Of(layer.Get<bool>(LayerAttributes.CeilMode));

    private static string Integer(LayerDescription layer, string attribute) => FormattableString.Invariant($"{layer.Get<int>(attribute)}");

    private static string Number(LayerDescription layer, string attribute) => ScriptText.Of(layer.Get<double>(attribute));

    // Normalizations take float32 weights beside coarser values.
    private static string Float32(NetworkScript script, FusedOperation operation, string role) => script.Weight(operation, role, ScalarType.Float32);

    private static string Typed(NetworkScript script, FusedOperation operation, string role) => script.Weight(operation, role, script.Target.Type);
}
