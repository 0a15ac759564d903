using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Graph;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>What a name of a file's graph stands for.</summary>
internal abstract record ImportValue;

/// <summary>What an operation gives for each image.</summary>
internal sealed record StepValue(ImportStep Step) : ImportValue;

/// <summary>Numbers with a point that the file says.</summary>
/// <param name="Name">The constant's name in the file; null for what was computed of others.</param>
/// <param name="Tensor">float32, on the CPU.</param>
internal sealed record FloatConstant(string? Name, Tensor Tensor) : ImportValue
{
    /// <summary>The only number; null where there are others.</summary>
    public double? Scalar => Tensor.numel() == 1 ? Tensor.item<float>() : null;
}

/// <summary>Whole numbers, such as shapes and positions, each known but for how many images there are.</summary>
/// <param name="Items">In row-major order.</param>
/// <param name="Dimensions">None for a single number.</param>
internal sealed record IntegerConstant(AxisLength[] Items, params int[] Dimensions) : ImportValue
{
    /// <summary>A list.</summary>
    public static IntegerConstant List(IEnumerable<AxisLength> items)
    {
        AxisLength[] all = [.. items];
        return new(all, all.Length);
    }

    /// <summary>A list without the images.</summary>
    public static IntegerConstant List(IEnumerable<long> items) => List(items.Select(item => new AxisLength(item, 0)));

    /// <summary>The numbers; null where one depends on how many images there are.</summary>
    public long[]? Known => Items.All(item => item.PerImage == 0) ? [.. Items.Select(item => item.Fixed)] : null;
}

/// <summary>A constant of the file that nobody has looked at yet.</summary>
internal sealed record UnreadConstant(TensorProto Tensor) : ImportValue;
