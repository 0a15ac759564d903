using Ml.Cnn.Trainers.Layers;

namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>The shape that a step gives for one image, from those that it takes.</summary>
internal static class ShapeRules
{
    private const long MostNumbers = 1 << 28; // of an image: 1 GB

    private delegate int[]? Rule(ImportStep step, int[][] inputs);

    private static readonly HashSet<string> s_sameAsInput =
    [
        LayerKinds.Affine, LayerKinds.Clip, LayerKinds.ReLU, LayerKinds.ReLU6, LayerKinds.LeakyReLU, LayerKinds.Sigmoid, LayerKinds.Tanh, LayerKinds.ScaledTanh,
        LayerKinds.SiLU, LayerKinds.GELU, LayerKinds.Hardsigmoid, LayerKinds.Hardswish, LayerKinds.Negate, LayerKinds.Identity, LayerKinds.Dropout,
        ImportKinds.Square, ImportKinds.SquareRoot, ImportKinds.Reciprocal, ImportKinds.Erf, ImportKinds.Reverse, ImportKinds.Softmax,
    ];

    private static readonly Dictionary<string, Rule> s_all = new()
    {
        [LayerKinds.Conv2d] = (step, inputs) => inputs[0] is [var channels, var height, var width] && channels == step.Get<int>("in")
            ? Map(step.Get<int>("out"), Positions(step, height, width)) : null,
        [LayerKinds.Linear] = (step, inputs) => inputs[0] is [.. var rows, var features] && features == step.Get<int>("in") ? [.. rows, step.Get<int>("out")]
            : null,
        [LayerKinds.RadialBasis] = (step, inputs) => inputs[0] is [var features] && features == step.Get<int>("in") ? [step.Get<int>("out")] : null,
        [LayerKinds.BatchNorm2d] = (step, inputs) => inputs[0] is [_] or [_, _, _] && inputs[0][0] == step.Get<int>("channels") ? inputs[0] : null,
        [LayerKinds.LayerNorm] = (step, inputs) => inputs[0].Length > 0 && inputs[0][^1] == step.Get<int>("channels") ? inputs[0] : null,
        [LayerKinds.LayerNorm2d] = (step, inputs) => inputs[0] is [var channels, _, _] && channels == step.Get<int>("channels") ? inputs[0] : null,
        [LayerKinds.LayerScale] = (step, inputs) => inputs[0] is [var channels, _, _] && channels == step.Get<int>("channels") ? inputs[0] : null,
        [LayerKinds.ChannelAffine] = (step, inputs) => inputs[0].Length > 0 && inputs[0][step.Get<bool>("last") ? ^1 : 0] == step.Get<int>("channels")
            ? inputs[0] : null,
        [LayerKinds.MeanImage] = (step, inputs) => inputs[0] is [var channels, _, _] && channels == step.Get<int>("channels") ? inputs[0] : null,
        [LayerKinds.PReLU] = (step, inputs) => inputs[0].Length > 0 && step.Get<int>("channels") is var slopes && (slopes == 1 || slopes == inputs[0][0])
            ? inputs[0] : null,
        [LayerKinds.LocalResponseNorm] = (_, inputs) => inputs[0] is [_, _, _] ? inputs[0] : null,
        [LayerKinds.MaxPool2d] = Pool,
        [LayerKinds.AvgPool2d] = Pool,
        [LayerKinds.AdaptiveAvgPool2d] = (step, inputs) => inputs[0] is [var channels, _, _] && step.Get<Size2d>("output") is var output
            ? [channels, output.Height, output.Width] : null,
        [LayerKinds.ConstantPad2d] = (step, inputs) => inputs[0] is [var channels, var height, var width]
            && (step.Get<Size2d>("before"), step.Get<Size2d>("behind")) is var (before, behind)
            ? Map(channels, ((long)height + before.Height + behind.Height, (long)width + before.Width + behind.Width)) : null,
        [LayerKinds.ZeroPaddedShortcut] = (step, inputs) => inputs[0] is [_, var height, var width] && step.Get<int>("stride") is var stride
            ? [step.Get<int>("out"), (height - 1) / stride + 1, (width - 1) / stride + 1] : null,
        [LayerKinds.ChannelShuffle] = (step, inputs) => inputs[0] is [var channels, _, _] && channels % step.Get<int>("groups") == 0 ? inputs[0] : null,
        [LayerKinds.Maxout] = (step, inputs) => inputs[0].Length > 0 && inputs[0][0] % step.Get<int>("pieces") == 0
            ? [inputs[0][0] / step.Get<int>("pieces"), .. inputs[0][1..]] : null,
        [LayerKinds.Slice] = (step, inputs) => Along(inputs[0], step.Get<int>("dimension"),
            length => (long)step.Get<int>("start") + step.Get<int>("length") <= length ? step.Get<int>("length") : 0),
        [LayerKinds.Permute] = (step, inputs) => step.Get<IReadOnlyList<int>>("dimensions") is var dimensions && dimensions.Count == inputs[0].Length + 1
            ? [.. dimensions.Skip(1).Select(dimension => inputs[0][dimension - 1])] : null,
        [LayerKinds.Reshape] = (step, inputs) => step.Get<IReadOnlyList<int>>("shape") is var shape && Numbers(shape) == Numbers(inputs[0]) ? [.. shape] : null,
        [LayerKinds.Flatten] = (_, inputs) => Numbers(inputs[0]) is var length and <= int.MaxValue ? [(int)length] : null,
        [LayerKinds.Concatenate] = Concatenate,
        [LayerKinds.Add] = (_, inputs) => Broadcast(inputs),
        [LayerKinds.Multiply] = (_, inputs) => Broadcast(inputs),
        [ImportKinds.Subtract] = (_, inputs) => Broadcast(inputs),
        [ImportKinds.Divide] = (_, inputs) => Broadcast(inputs),
        [ImportKinds.Maximum] = (_, inputs) => Broadcast(inputs),
        [ImportKinds.Mean] = (step, inputs) => Along(inputs[0], step.Get<int>("axis"), _ => 1),
        [ImportKinds.StridedSlice] = (step, inputs) => Along(inputs[0], step.Get<int>("axis"), _ => step.Get<int>("length")),
        [ImportKinds.ChannelPad] = (step, inputs) => Along(inputs[0], 1, length => (long)length + step.Get<int>("before") + step.Get<int>("behind")),
        [ImportKinds.LeftProduct] = (step, inputs) => inputs[0] is [var channels, var rows, var columns] && step.Weights[WeightRoles.Weight].shape is var matrix
            && matrix[1] == rows ? [channels, (int)matrix[0], columns] : null,
        [ImportKinds.Spread] = (step, inputs) => inputs[0] is [1] ? [(int)step.Weights[WeightRoles.Bias].shape[0]] : null,
    };

    /// <summary>The shape; null where the step cannot take what comes to it.</summary>
    public static int[]? Of(ImportStep step, params int[][] inputs)
    {
        var shape = s_sameAsInput.Contains(step.Kind) ? inputs[0] : s_all[step.Kind](step, inputs);
        return shape is not null && shape.All(length => length > 0) && Numbers(shape) <= MostNumbers ? shape : null;
    }

    /// <summary>How many numbers a shape has; more than any may have where they cannot be counted.</summary>
    public static long Numbers(IEnumerable<int> shape)
    {
        var product = 1L;
        foreach (var length in shape)
            product = Math.Min(product * length, MostNumbers + 1);
        return product;
    }

    /// <summary>Positions of a pooling window along one side, as libtorch counts them; 0 where it does not take them.</summary>
    public static long PoolPositions(long size, int kernel, int stride, int padding, bool ceil)
    {
        var room = size + 2L * padding - kernel;
        if (room < 0 || padding > kernel / 2)
            return 0;
        var positions = (room + (ceil ? stride - 1 : 0)) / stride + 1;
        return (positions - 1) * stride >= size + padding ? positions - 1 : positions; // none begins behind the image
    }

    private static int[]? Pool(ImportStep step, int[][] inputs)
    {
        if (inputs[0] is not [var channels, var height, var width])
            return null;
        var (kernel, stride, padding, ceil) = (step.Get<Size2d>("kernel"), step.Get<Size2d>("stride"), step.Get<Size2d>("padding"), step.Get<bool>("ceil"));
        return Map(channels, (PoolPositions(height, kernel.Height, stride.Height, padding.Height, ceil),
            PoolPositions(width, kernel.Width, stride.Width, padding.Width, ceil)));
    }

    /// <summary>Positions of a filter along one side; 0 where it does not fit.</summary>
    public static long FilterPositions(long padded, long kernel, long stride, long dilation)
    {
        var room = padded - dilation * (kernel - 1) - 1;
        return room < 0 ? 0 : room / stride + 1;
    }

    private static (long Height, long Width) Positions(ImportStep step, int height, int width)
    {
        var (kernel, stride) = (step.Get<Size2d>("kernel"), step.Get<Size2d>("stride"));
        var (padding, dilation) = (step.Get<Size2d>("padding"), step.Get<Size2d>("dilation"));
        return (FilterPositions(height + 2L * padding.Height, kernel.Height, stride.Height, dilation.Height),
            FilterPositions(width + 2L * padding.Width, kernel.Width, stride.Width, dilation.Width));
    }

    private static int[]? Map(int channels, (long Height, long Width) size) =>
        size.Height is > 0 and <= int.MaxValue && size.Width is > 0 and <= int.MaxValue ? [channels, (int)size.Height, (int)size.Width] : null;

    private static int[]? Along(int[] shape, int axis, Func<int, long> length)
    {
        if (axis < 1 || axis > shape.Length || length(shape[axis - 1]) is not (> 0 and <= int.MaxValue and var changed))
            return null;
        var result = shape.ToArray();
        result[axis - 1] = (int)changed;
        return result;
    }

    private static int[]? Concatenate(ImportStep step, int[][] inputs)
    {
        var axis = step.Get<int>("dimension") - 1;
        if (axis < 0 || axis >= inputs[0].Length || inputs.Any(input => input.Length != inputs[0].Length
            || input.Where((_, i) => i != axis).SequenceEqual(inputs[0].Where((_, i) => i != axis)) is false))
            return null;
        return Along(inputs[0], axis + 1, _ => inputs.Sum(input => (long)input[axis]));
    }

    private static int[]? Broadcast(int[][] inputs)
    {
        var shape = inputs[0].ToArray();
        foreach (var input in inputs.Skip(1))
        {
            if (input.Length != shape.Length)
                return null;
            for (var i = 0; i < shape.Length; i++)
            {
                if (shape[i] != input[i] && shape[i] != 1 && input[i] != 1)
                    return null;
                shape[i] = Math.Max(shape[i], input[i]);
            }
        }
        return shape;
    }
}
