using System.Diagnostics.CodeAnalysis;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>The names of the attributes that this library's layers describe themselves with: see <see cref="LayerDescription"/>.</summary>
[Experimental(ExperimentalApi.Layers)]
public static class LayerAttributes
{
    /// <summary>Height and width of a filter or a window, a <see cref="Size2d"/>.</summary>
    public const string Kernel = "kernel";

    /// <summary>Pixels between two positions of the window, a <see cref="Size2d"/>.</summary>
    public const string Stride = "stride";

    /// <summary>Pixels added above and below, and on the left and on the right, a <see cref="Size2d"/>; for "pad2d" above, and on the left.</summary>
    public const string Padding = "padding";

    /// <summary>For "pad2d": pixels added below, and on the right, a <see cref="Size2d"/>.</summary>
    public const string EndPadding = "endPadding";

    /// <summary>Pixels between two taps of a filter, a <see cref="Size2d"/>.</summary>
    public const string Dilation = "dilation";

    /// <summary>Groups of channels, an <see cref="int"/>.</summary>
    public const string Groups = "groups";

    /// <summary>Whether a last window that is only partly inside counts, a <see cref="bool"/>.</summary>
    public const string CeilMode = "ceilMode";

    /// <summary>Whether padding counts in a mean, a <see cref="bool"/>.</summary>
    public const string CountIncludePad = "countIncludePad";

    /// <summary>Height and width of the output, a <see cref="Size2d"/>.</summary>
    public const string Output = "output";

    /// <summary>What is added to a variance, a <see cref="double"/>.</summary>
    public const string Epsilon = "epsilon";

    /// <summary>Share of a batch's statistics in the new running ones, a <see cref="double"/>.</summary>
    public const string Momentum = "momentum";

    /// <summary>How likely a value is to be set to 0 while training, a <see cref="double"/>.</summary>
    public const string Probability = "probability";

    /// <summary>The slope for negative values, or the factor of the input, a <see cref="double"/>.</summary>
    public const string Slope = "slope";

    /// <summary>What is added to the output, a <see cref="double"/>.</summary>
    public const string Offset = "offset";

    /// <summary>The smallest value of the output, a <see cref="double"/>.</summary>
    public const string Minimum = "minimum";

    /// <summary>The largest value of the output, a <see cref="double"/>.</summary>
    public const string Maximum = "maximum";

    /// <summary>The output's dimensions but for the images', a list of <see cref="int"/>.</summary>
    public const string Shape = "shape";

    /// <summary>The factor of the output, a <see cref="double"/>.</summary>
    public const string Amplitude = "amplitude";

    /// <summary>The dimension that the operation goes along, an <see cref="int"/>; from the end if negative. For "flatten" the first that is joined.</summary>
    public const string Dimension = "dimension";

    /// <summary>For each dimension of the output, the input's, a list of <see cref="int"/>.</summary>
    public const string Dimensions = "dimensions";

    /// <summary>The first position of a range, an <see cref="int"/>.</summary>
    public const string Start = "start";

    /// <summary>How many positions a range has, an <see cref="int"/>.</summary>
    public const string Length = "length";

    /// <summary>How many neighboring channels are summed, an <see cref="int"/>.</summary>
    public const string Size = "size";

    /// <summary>The factor of a sum, a <see cref="double"/>.</summary>
    public const string Alpha = "alpha";

    /// <summary>An exponent, a <see cref="double"/>.</summary>
    public const string Beta = "beta";

    /// <summary>What is added to a sum, a <see cref="double"/>.</summary>
    public const string K = "k";

    /// <summary>The value of added pixels, a <see cref="double"/>.</summary>
    public const string Value = "value";

    /// <summary>Channels of which the largest is taken, an <see cref="int"/>.</summary>
    public const string Pieces = "pieces";

    /// <summary>Channels of the input, an <see cref="int"/>.</summary>
    public const string InChannels = "inChannels";

    /// <summary>Channels of the output, an <see cref="int"/>.</summary>
    public const string OutChannels = "outChannels";

    /// <summary>For each filter the channels that it sees, a list of lists of <see cref="int"/>.</summary>
    public const string Table = "table";
}
