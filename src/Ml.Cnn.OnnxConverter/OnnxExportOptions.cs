namespace Ml.Cnn.OnnxConverter;

/// <summary>How a network becomes an ONNX file.</summary>
public sealed class OnnxExportOptions
{
    /// <summary>The lowest version of the operator set that can be asked for: the first whose Resize is antialiased.</summary>
    public const int LowestOpset = 18;

    /// <summary>The highest version of the operator set that can be asked for.</summary>
    public const int HighestOpset = 22;

    /// <summary>The version of the operator set, 18 to 22. Default 18, which the most programs read.</summary>
    public int Opset { get; set; } = LowestOpset;

    /// <summary>For scoring, or for training elsewhere. Default: for scoring.</summary>
    public OnnxForm Form { get; set; }

    /// <summary>What the file's network takes. Default: normalized numbers, as the network does.</summary>
    public OnnxInput Input { get; set; }

    /// <summary>What the file's network gives. Default: logits.</summary>
    public OnnxOutput Output { get; set; }

    /// <summary>The numbers of weights and values. Default: float32.</summary>
    public OnnxPrecision Precision { get; set; }

    /// <summary>
    /// Images that the file is compared with the network on, paths of image files. Default: none, and images are drawn. The comparison takes as long as
    /// scoring each three times.
    /// </summary>
    public IReadOnlyList<string> CheckImages { get; set; } = [];

    /// <summary>
    /// From how many bytes of weights on these lie in a file of their own beside the ONNX file, with ".data" behind its name; 1 to 2,000,000,000, since one
    /// file cannot hold 2 GB. Default 2,000,000,000.
    /// </summary>
    public long ExternalDataFrom { get; set; } = LargestInside;

    internal const long LargestInside = 2_000_000_000;

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Validate()
    {
        if (Opset is < LowestOpset or > HighestOpset)
            throw new ArgumentOutOfRangeException(nameof(Opset), Opset, $"The version of the operator set must be {LowestOpset} to {HighestOpset}.");
        if (ExternalDataFrom is < 1 or > LargestInside)
            throw new ArgumentOutOfRangeException(nameof(ExternalDataFrom), ExternalDataFrom, $"The number of bytes must be 1 to {LargestInside}.");
        if (!Enum.IsDefined(Form) || !Enum.IsDefined(Input) || !Enum.IsDefined(Precision) || !Enum.IsDefined(Output))
            throw new ArgumentOutOfRangeException(nameof(Form), "Form, input, output or precision has a value that is none of its names.");
        if (Form == OnnxForm.Training && Precision != OnnxPrecision.Float32)
            throw new ArgumentOutOfRangeException(nameof(Precision), Precision, "A network that is to be trained further is written in float32.");
    }
}
