using Ml.Cnn.Trainers.Graph;

namespace Ml.Cnn.OnnxConverter.Import.Operators;

/// <summary>The arithmetic of shapes that exporters leave behind: of whole numbers, each known but for how many images there are.</summary>
internal static class IntegerFolding
{
    /// <summary>Add, Sub, Mul, Div or Max of two lists, or of a list and a number.</summary>
    /// <exception cref="OnnxFormatException">The lists have other lengths, or the result is none that is known.</exception>
    public static IntegerConstant Two(Lowering graph, OnnxNode node, IntegerConstant one, IntegerConstant other)
    {
        var longer = one.Items.Length >= other.Items.Length ? one : other;
        if (one.Items.Length != longer.Items.Length && one.Items.Length != 1 || other.Items.Length != longer.Items.Length && other.Items.Length != 1)
            throw node.Wrong($"takes lists of {one.Items.Length} and {other.Items.Length} whole numbers");
        graph.Budget.Take(node, longer.Items.Length * 16L);
        var dimensions = one.Dimensions.Length >= other.Dimensions.Length ? one.Dimensions : other.Dimensions;
        if (dimensions.Aggregate(1L, (product, length) => product * length) != longer.Items.Length)
            dimensions = longer.Dimensions;
        try
        {
            return new([.. longer.Items.Select((_, i) => Two(node, one.Items[one.Items.Length == 1 ? 0 : i], other.Items[other.Items.Length == 1 ? 0 : i]))],
                dimensions);
        }
        catch (OverflowException e)
        {
            throw new OnnxFormatException(node.Wrong("makes numbers that are too large").Message, e);
        }
    }

    private static AxisLength Two(OnnxNode node, AxisLength a, AxisLength b) => checked(node.Operator switch
    {
        "Add" => new(a.Fixed + b.Fixed, a.PerImage + b.PerImage),
        "Sub" => new(a.Fixed - b.Fixed, a.PerImage - b.PerImage),
        "Mul" when a.PerImage == 0 => new(a.Fixed * b.Fixed, a.Fixed * b.PerImage),
        "Mul" when b.PerImage == 0 => new(a.Fixed * b.Fixed, a.PerImage * b.Fixed),
        "Div" when b is { PerImage: 0, Fixed: not (0 or -1) } && a.PerImage % b.Fixed == 0 && (a.PerImage == 0 || a.Fixed % b.Fixed == 0) =>
            new(a.Fixed / b.Fixed, a.PerImage / b.Fixed),
        "Div" when a == b && a.PerImage != 0 => new(1, 0),
        "Max" when a.PerImage == 0 && b.PerImage == 0 => new(Math.Max(a.Fixed, b.Fixed), 0),
        _ => throw node.Wrong($"computes with {a} and {b}, which cannot be known of every number of images"),
    });
}
