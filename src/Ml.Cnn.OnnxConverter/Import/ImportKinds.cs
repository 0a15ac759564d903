namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>
/// Operations that are no layers of the library, and only make some together with others: what is left of them in the end cannot be imported.
/// </summary>
internal static class ImportKinds
{
    /// <summary>The images.</summary>
    public const string Source = "input";

    /// <summary>a − b.</summary>
    public const string Subtract = "subtract";

    /// <summary>a / b.</summary>
    public const string Divide = "divide";

    public const string Square = "square";
    public const string SquareRoot = "square_root";
    public const string Reciprocal = "reciprocal";

    /// <summary>The error function, a part of GELU.</summary>
    public const string Erf = "erf";

    /// <summary>The mean along one dimension, which stays as 1: "axis".</summary>
    public const string Mean = "mean";

    /// <summary>Every so many positions along one dimension: "axis", "start", "step", "length".</summary>
    public const string StridedSlice = "strided_slice";

    /// <summary>The positions of one dimension from the last to the first: "axis".</summary>
    public const string Reverse = "reverse";

    /// <summary>Zeros before and behind the channels: "before", "behind".</summary>
    public const string ChannelPad = "channel_pad";

    /// <summary>The largest of several values, number by number.</summary>
    public const string Maximum = "maximum";

    /// <summary>A constant matrix times a map, from the left.</summary>
    public const string LeftProduct = "left_product";

    /// <summary>One number for each image, and constants that are added to it: a row.</summary>
    public const string Spread = "spread";

    public const string Softmax = "softmax";
}
