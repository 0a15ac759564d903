using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Onnx;

/// <summary>Every kind of layer as ONNX operators that versions 12 to 22 of the operator set have alike, or by version where they have not.</summary>
internal static class OnnxOperations
{
    private delegate string Writer(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs);

    private static readonly Dictionary<string, Writer> s_all = new()
    {
        [LayerKinds.Conv2d] = Convolution,
        [LayerKinds.ConnectionTableConv2d] = Convolution,
        [LayerKinds.Linear] = Linear,
        [LayerKinds.DropConnect] = Linear,
        [LayerKinds.BatchNorm2d] = BatchNorm,
        [LayerKinds.LayerNorm] = (graph, operation, inputs) => OnnxNormalization.LayerNorm(graph, operation.Node, inputs[0]),
        [LayerKinds.LayerNorm2d] = OnnxNormalization.LayerNorm2d,
        [LayerKinds.LocalResponseNorm] = OnnxNormalization.LocalResponseNorm,
        [LayerKinds.LayerScale] = (graph, operation, inputs) => graph.Node("Mul", [inputs[0], graph.Weight(operation.Node, WeightRoles.Weight)]),
        [LayerKinds.Affine] = Affine,
        [LayerKinds.ChannelAffine] = ChannelAffine,
        [LayerKinds.MeanImage] = (graph, operation, inputs) =>
            graph.Node("Sub", [inputs[0], graph.Weight(operation.Node, WeightRoles.Weight, MeanOf(operation))]),
        [LayerKinds.Clip] = (graph, operation, inputs) => graph.Node("Clip", [inputs[0], graph.Scalar(Layer(operation).Get<double>(LayerAttributes.Minimum)),
            graph.Scalar(Layer(operation).Get<double>(LayerAttributes.Maximum))]),
        [LayerKinds.MaxPool2d] = OnnxPooling.Max,
        [LayerKinds.AvgPool2d] = OnnxPooling.Mean,
        [LayerKinds.AdaptiveAvgPool2d] = OnnxPooling.AdaptiveMean,
        [LayerKinds.TrainableSubsampling] = OnnxPooling.TrainableSubsampling,
        [LayerKinds.RadialBasis] = RadialBasis,
        [LayerKinds.ConstantPad2d] = ConstantPad2d,
        [LayerKinds.ZeroPaddedShortcut] = ZeroPaddedShortcut,
        [LayerKinds.ChannelShuffle] = ChannelShuffle,
        [LayerKinds.Slice] = Slice,
        [LayerKinds.Permute] = (graph, operation, inputs) => graph.Node("Transpose", inputs,
            ("perm", Longs(Layer(operation).Get<IReadOnlyList<int>>(LayerAttributes.Dimensions)))),
        [LayerKinds.Reshape] = (graph, operation, inputs) => graph.Node("Reshape", [inputs[0],
            graph.Integers("shape", [0, .. Longs(Layer(operation).Get<IReadOnlyList<int>>(LayerAttributes.Shape))])]),
        [LayerKinds.Flatten] = Flatten,
        [LayerKinds.Concatenate] = (graph, operation, inputs) => graph.Node("Concat", inputs, ("axis", (long)Layer(operation)
            .Get<int>(LayerAttributes.Dimension))),
        [LayerKinds.Add] = (graph, _, inputs) => graph.Node("Add", inputs),
        [LayerKinds.Multiply] = (graph, _, inputs) => graph.Node("Mul", inputs),
        [LayerKinds.Negate] = (graph, _, inputs) => graph.Node("Neg", inputs),
        [LayerKinds.Identity] = (graph, _, inputs) => graph.Node("Identity", inputs),
        [LayerKinds.StochasticDepth] = (graph, _, inputs) => graph.Node("Identity", inputs),
        [LayerKinds.Dropout] = Dropout,
        [LayerKinds.ReLU] = (graph, _, inputs) => graph.Node("Relu", inputs),
        [LayerKinds.ReLU6] = (graph, _, inputs) => graph.Node("Clip", [inputs[0], graph.Scalar(0), graph.Scalar(6)]),
        [LayerKinds.LeakyReLU] = (graph, operation, inputs) => graph.Node("LeakyRelu", inputs, ("alpha", Layer(operation).Get<double>(LayerAttributes.Slope))),
        [LayerKinds.PReLU] = PReLU,
        [LayerKinds.Sigmoid] = (graph, _, inputs) => graph.Node("Sigmoid", inputs),
        [LayerKinds.Tanh] = (graph, _, inputs) => graph.Node("Tanh", inputs),
        [LayerKinds.ScaledTanh] = ScaledTanh,
        [LayerKinds.SiLU] = (graph, _, inputs) => graph.Node("Mul", [inputs[0], graph.Node("Sigmoid", inputs)]),
        [LayerKinds.GELU] = GELU,
        [LayerKinds.Hardsigmoid] = (graph, _, inputs) => Hardsigmoid(graph, inputs[0]),
        [LayerKinds.Hardswish] = (graph, _, inputs) => graph.Opset >= 14 ? graph.Node("HardSwish", inputs)
            : graph.Node("Mul", [inputs[0], Hardsigmoid(graph, inputs[0])]),
        [LayerKinds.Maxout] = Maxout,
    };

    /// <summary>The value of an operation's node, its normalization taken in; not of the addition and the activation behind it.</summary>
    /// <exception cref="NotSupportedException">The layer's kind is not known here; the message names it.</exception>
    public static string Write(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var node = operation.Node;
        if (!s_all.TryGetValue(node.Kind, out var writer))
            throw new NotSupportedException($"the layer {node.Name} is of the kind '{node.Kind}', which ONNX has no operator for");
        return writer(graph, operation, inputs);
    }

    /// <summary>An attribute of two numbers, height and width.</summary>
    public static IReadOnlyList<long> Pair(LayerDescription layer, string attribute) => layer.Get<Size2d>(attribute) is var size ? [size.Height, size.Width]
        : [];

    /// <summary>Integers as ONNX has them.</summary>
    public static IReadOnlyList<long> Longs(IEnumerable<int> numbers) => [.. numbers.Select(number => (long)number)];

    private static LayerDescription Layer(FusedOperation operation) => operation.Node.Description!;

    private static string Convolution(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = Layer(operation);
        var padding = Pair(layer, LayerAttributes.Padding);
        List<string> operands = [inputs[0], Weight(graph, operation)];
        if (FoldedWeights.HasBias(operation))
            operands.Add(Bias(graph, operation));
        return graph.Node("Conv", operands,
            ("kernel_shape", Pair(layer, LayerAttributes.Kernel)),
            ("strides", Pair(layer, LayerAttributes.Stride)),
            ("pads", (IReadOnlyList<long>)[.. padding, .. padding]),
            ("dilations", layer.TryGet<Size2d>(LayerAttributes.Dilation, out _) ? Pair(layer, LayerAttributes.Dilation) : [1, 1]),
            ("group", layer.TryGet<int>(LayerAttributes.Groups, out var groups) ? (long)groups : 1L));
    }

    // Rows are one operator; along the last of more dimensions it is a product and a sum.
    private static string Linear(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var hasBias = FoldedWeights.HasBias(operation);
        if (operation.Node.Inputs[0].Shape.Count == 2)
        {
            return graph.Node("Gemm", hasBias ? [inputs[0], Weight(graph, operation), Bias(graph, operation)] : [inputs[0], Weight(graph, operation)],
                ("transB", 1L));
        }
        var product = graph.Node("MatMul", [inputs[0], graph.Weight(operation.Node, WeightRoles.Weight, FoldedWeights.Weight(operation).t().contiguous())]);
        return hasBias ? graph.Node("Add", [product, Bias(graph, operation)]) : product;
    }

    private static string Weight(OnnxLowering graph, FusedOperation operation) =>
        graph.Weight(operation.Node, WeightRoles.Weight, IsAsItIs(operation) ? null : FoldedWeights.Weight(operation));

    private static string Bias(OnnxLowering graph, FusedOperation operation) =>
        graph.Weight(operation.Node, WeightRoles.Bias, IsAsItIs(operation) ? null : FoldedWeights.Bias(operation));

    private static bool IsAsItIs(FusedOperation operation) => operation.Norm is null && operation.Node.Kind != LayerKinds.ConnectionTableConv2d;

    private static string BatchNorm(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = Layer(operation);
        string[] roles = [WeightRoles.Weight, WeightRoles.Bias, WeightRoles.RunningMean, WeightRoles.RunningVariance];
        // ONNX's momentum is the share of the former statistics.
        return graph.Node("BatchNormalization", [inputs[0], .. roles.Select(role => graph.Weight(operation.Node, role))],
            ("epsilon", layer.Get<double>(LayerAttributes.Epsilon)),
            ("momentum", layer.TryGet<double>(LayerAttributes.Momentum, out var momentum) ? 1 - momentum : 0.9));
    }

    // |x − w|² = |x|² + |w|² − 2 x·w; the sum of squares is a product with ones.
    private static string RadialBasis(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        using var scope = NewDisposeScope();
        var centers = Layer(operation).Weight(WeightRoles.Weight)!.detach();
        var squares = graph.Node("MatMul", [graph.Node("Mul", [inputs[0], inputs[0]]), graph.Constant("ones", ones(centers.shape[1], 1))]);
        var norms = graph.Node("Add", [squares, graph.Constant("norms", centers.Squared().sum(1))]);
        var products = graph.Node("MatMul", [inputs[0], graph.Constant("centers", centers.t().Times(2.0).contiguous())]);
        return graph.Node("Sub", [norms, products]);
    }

    private static string ConstantPad2d(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var (before, behind) = (Layer(operation).Get<Size2d>(LayerAttributes.Padding), Layer(operation).Get<Size2d>(LayerAttributes.EndPadding));
        return graph.Node("Pad", [inputs[0], graph.Integers("pads", 0, 0, before.Height, before.Width, 0, 0, behind.Height, behind.Width),
            graph.Scalar(Layer(operation).Get<double>(LayerAttributes.Value))]);
    }

    // Null where the mean image has the images' size.
    private static Tensor? MeanOf(FusedOperation operation)
    {
        var (image, size) = (Layer(operation).Weight(WeightRoles.Weight)!.detach(), operation.Node.Inputs[0].Shape.PerImage);
        return image.shape[1] == size[1] && image.shape[2] == size[2] ? null : MeanImage.Of(image, size[1], size[2]);
    }

    private static string Affine(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = Layer(operation);
        var scaled = graph.Node("Mul", [inputs[0], graph.Scalar(layer.Get<double>(LayerAttributes.Slope))]);
        return graph.Node("Add", [scaled, graph.Scalar(layer.Get<double>(LayerAttributes.Offset))]);
    }

    private static string ChannelAffine(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var (value, dimension) = (inputs[0], Layer(operation).Get<int>(LayerAttributes.Dimension));
        foreach (var (role, type) in ((string, string)[])[(WeightRoles.Weight, "Mul"), (WeightRoles.Bias, "Add")])
        {
            if (Layer(operation).Weight(role) is { } numbers)
                value = graph.Node(type, [value, graph.Weight(operation.Node, role, Along(numbers))]);
        }
        return value;

        Tensor Along(Tensor numbers) => Layers.ChannelAffine.Along(numbers.detach(), dimension, operation.Node.Shape.Count);
    }

    private static string ZeroPaddedShortcut(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = Layer(operation);
        var stride = layer.Get<Size2d>(LayerAttributes.Stride);
        var missing = layer.Get<int>(LayerAttributes.OutChannels) - layer.Get<int>(LayerAttributes.InChannels);
        var pixels = graph.Node("Slice", [inputs[0], graph.Integers("starts", 0, 0), graph.Integers("ends", int.MaxValue, int.MaxValue),
            graph.Integers("axes", 2, 3), graph.Integers("steps", stride.Height, stride.Width)]);
        return graph.Node("Pad", [pixels, graph.Integers("pads", 0, 0, 0, 0, 0, missing, 0, 0), graph.Scalar(0)]);
    }

    private static string ChannelShuffle(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var shape = PerImage(operation.Node); // channels × height × width
        var groups = Layer(operation).Get<int>(LayerAttributes.Groups);
        var split = graph.Node("Reshape", [inputs[0], graph.Integers("split", 0, groups, shape[0] / groups, shape[1], shape[2])]);
        var shuffled = graph.Node("Transpose", [split], ("perm", (IReadOnlyList<long>)[0, 2, 1, 3, 4]));
        return graph.Node("Reshape", [shuffled, graph.Integers("shape", [0, .. shape])]);
    }

    private static string Slice(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = Layer(operation);
        var start = layer.Get<int>(LayerAttributes.Start);
        return graph.Node("Slice", [inputs[0], graph.Integers("starts", start), graph.Integers("ends", start + layer.Get<int>(LayerAttributes.Length)),
            graph.Integers("axes", layer.Get<int>(LayerAttributes.Dimension))]);
    }

    private static string Flatten(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs) =>
        Layer(operation).Get<int>(LayerAttributes.Dimension) == 1
            ? graph.Node("Flatten", inputs, ("axis", 1L))
            : graph.Node("Reshape", [inputs[0], graph.Integers("shape", [0, .. PerImage(operation.Node)])]);

    // In a graph for training; without an input that says otherwise, the operator does nothing.
    private static string Dropout(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs) =>
        graph.Node("Dropout", [inputs[0], graph.Scalar(Layer(operation).TryGet<double>(LayerAttributes.Probability, out var p) ? p : 0.5)]);

    private static string PReLU(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var slopes = Layer(operation).Weight(WeightRoles.Weight)!.detach();
        var shape = new long[operation.Node.Shape.Count - 1];
        Array.Fill(shape, 1);
        shape[0] = -1;
        return graph.Node("PRelu", [inputs[0], graph.Weight(operation.Node, WeightRoles.Weight, slopes.view(shape))]);
    }

    private static string ScaledTanh(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var layer = Layer(operation);
        var tanh = graph.Node("Tanh", [graph.Node("Mul", [inputs[0], graph.Scalar(layer.Get<double>(LayerAttributes.Slope))])]);
        return graph.Node("Mul", [tanh, graph.Scalar(layer.Get<double>(LayerAttributes.Amplitude))]);
    }

    // x Φ(x) with the normal distribution's Φ (Hendrycks and Gimpel 2016), an operator of its own from version 20 on.
    private static string GELU(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        if (graph.Opset >= 20)
            return graph.Node("Gelu", inputs);
        var erf = graph.Node("Erf", [graph.Node("Mul", [inputs[0], graph.Scalar(Math.Sqrt(0.5))])]);
        var twice = graph.Node("Mul", [inputs[0], graph.Node("Add", [erf, graph.Scalar(1)])]);
        return graph.Node("Mul", [twice, graph.Scalar(0.5)]);
    }

    private static string Hardsigmoid(OnnxLowering graph, string input) => graph.Node("HardSigmoid", [input], ("alpha", 1.0 / 6), ("beta", 0.5));

    // The largest of every so many channels: of slices that begin one after the other.
    private static string Maxout(OnnxLowering graph, FusedOperation operation, IReadOnlyList<string> inputs)
    {
        var pieces = Layer(operation).Get<int>(LayerAttributes.Pieces);
        var slices = Enumerable.Range(0, pieces).Select(piece => graph.Node("Slice", [inputs[0], graph.Integers("starts", piece),
            graph.Integers("ends", int.MaxValue), graph.Integers("axes", 1), graph.Integers("steps", pieces)]));
        return graph.Node("Max", [.. slices]);
    }

    private static IReadOnlyList<long> PerImage(GraphNode node) => node.Shape.BatchAxis == 0 ? Longs(node.Shape.PerImage)
        : throw new NotSupportedException($"the output of the layer {node.Name} has its images in no dimension of their own");
}
