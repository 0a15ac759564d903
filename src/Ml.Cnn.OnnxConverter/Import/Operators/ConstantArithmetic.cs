using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>What is done to a value with constants: a factor or an offset for all of its numbers, or one for each channel.</summary>
internal static class ConstantArithmetic
{
    /// <summary>x + c, x − c, x · c or x / c.</summary>
    public static ImportStep Apply(Lowering graph, OnnxNode node, string kind, ImportStep input, FloatConstant constant)
    {
        var isFactor = kind is LayerKinds.Multiply or ImportKinds.Divide;
        if (constant.Scalar is { } number && Rank(constant.Tensor) <= input.Shape.Length + 1)
        {
            if (!double.IsFinite(number) || (kind == ImportKinds.Divide && number == 0))
                throw node.Wrong($"takes the number {number}");
            return kind switch
            {
                LayerKinds.Multiply => Affine(graph, node, input, number, 0),
                ImportKinds.Divide => Affine(graph, node, input, 1 / number, 0),
                ImportKinds.Subtract => Affine(graph, node, input, 1, -number),
                _ => Affine(graph, node, input, 1, number),
            };
        }
        var numbers = constant.Tensor;
        if (!isFactor && input.Shape is [> 1, > 1, > 1]
            && numbers.shape.SkipWhile(length => length == 1).SequenceEqual(input.Shape.Select(length => (long)length)))
            return MeanImage(graph, node, kind, input, constant);
        if (kind is ImportKinds.Subtract or ImportKinds.Divide)
        {
            graph.Budget.Take(node, numbers.numel() * sizeof(float));
            numbers = kind == ImportKinds.Subtract ? -numbers : numbers.reciprocal();
        }
        if (!isFactor && input.Shape is [1] && Rank(numbers) == 1 && numbers.numel() > 1)
            return graph.AddWeighted(node, ImportKinds.Spread, input, constant, [(WeightRoles.Bias, numbers.reshape(-1))]);
        var isLast = IsLast(node, input, numbers);
        return graph.AddWeighted(node, LayerKinds.ChannelAffine, input, constant, [(isFactor ? WeightRoles.Weight : WeightRoles.Bias, numbers.reshape(-1))],
            ("channels", checked((int)numbers.numel())), ("weight", isFactor), ("bias", !isFactor), ("last", isLast));
    }

    /// <summary>c + x, c − x, c · x or c / x.</summary>
    public static ImportStep ApplyFirst(Lowering graph, OnnxNode node, string kind, ImportStep input, FloatConstant constant) => kind switch
    {
        ImportKinds.Subtract => Apply(graph, node, LayerKinds.Add, Affine(graph, node, input, -1, 0), constant),
        ImportKinds.Divide => Apply(graph, node, LayerKinds.Multiply, graph.Add(node, ImportKinds.Reciprocal, input), constant),
        _ => Apply(graph, node, kind, input, constant),
    };

    // A number for each place of each channel.
    private static ImportStep MeanImage(Lowering graph, OnnxNode node, string kind, ImportStep input, FloatConstant constant)
    {
        var image = constant.Tensor;
        if (kind != ImportKinds.Subtract)
        {
            graph.Budget.Take(node, image.numel() * sizeof(float));
            image = -image;
        }
        var size = new Size2d(input.Shape[1], input.Shape[2]);
        return graph.AddWeighted(node, LayerKinds.MeanImage, input, constant, [(WeightRoles.Weight, image.reshape(input.Shape[0], size.Height, size.Width))],
            ("channels", input.Shape[0]), ("size", size));
    }

    private static ImportStep Affine(Lowering graph, OnnxNode node, ImportStep input, double slope, double offset) =>
        graph.Add(node, LayerKinds.Affine, input, ("slope", slope), ("offset", offset));

    // Dimensions without those of 1 in front.
    private static int Rank(Tensor numbers) => (int)numbers.dim() - numbers.shape.TakeWhile(length => length == 1).Count();

    // Whether the channels are the value's last dimension, or the first behind the images.
    private static bool IsLast(OnnxNode node, ImportStep input, Tensor numbers)
    {
        var shape = numbers.shape;
        var place = Array.FindIndex(shape, length => length != 1);
        var fromEnd = shape.Length - place;
        if (place >= 0 && shape.Count(length => length != 1) == 1 && fromEnd <= input.Shape.Length && shape[place] == input.Shape[^fromEnd])
        {
            if (fromEnd == input.Shape.Length)
                return false;
            if (fromEnd == 1)
                return true;
        }
        throw node.Wrong($"takes {string.Join(" × ", shape)} constants for values of {string.Join(" × ", input.Shape)}; one, "
            + "one for each channel or, in sums, one for each number are read");
    }
}
