namespace Ml.Cnn.OnnxConverter;

/// <summary>What an export came to.</summary>
public sealed record OnnxExportReport
{
    /// <summary>The ONNX file.</summary>
    public required string Path { get; init; }

    /// <summary>The file of the weights beside it; null where they are inside.</summary>
    public required string? WeightsPath { get; init; }

    /// <summary>Bytes of the files together.</summary>
    public required long Bytes { get; init; }

    /// <summary>The version of the operator set.</summary>
    public required int Opset { get; init; }

    /// <summary>How many nodes the graph has.</summary>
    public required int Nodes { get; init; }

    /// <summary>How many images the file was compared on, each by itself and in a batch.</summary>
    public required int Images { get; init; }

    /// <summary>
    /// The largest difference of an output from the network's: of scores as they are, of logits as a share of the largest one.
    /// </summary>
    public required double LargestDifference { get; init; }

    /// <summary>What was allowed: 1e-4, or 0.02 for float16.</summary>
    public required double AllowedDifference { get; init; }
}
