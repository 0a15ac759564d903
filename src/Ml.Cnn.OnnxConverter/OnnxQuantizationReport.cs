namespace Ml.Cnn.OnnxConverter;

/// <summary>What became of a network's accuracy, size and speed as its numbers became 8-bit integers. Speeds are of this machine, in ONNX Runtime.</summary>
public sealed record OnnxQuantizationReport
{
    /// <summary>The ONNX file.</summary>
    public required string Path { get; init; }

    /// <summary>Its bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Bytes of the same file in float32.</summary>
    public required long Float32Bytes { get; init; }

    /// <summary>How many images ranges were chosen from.</summary>
    public required int CalibrationImages { get; init; }

    /// <summary>How many other images the two networks were compared on.</summary>
    public required int EvaluationImages { get; init; }

    /// <summary>The share of these that float32 has right, 0 to 1; null where none has a label.</summary>
    public required double? Float32Accuracy { get; init; }

    /// <summary>The share of these that integers have right, 0 to 1; null where none has a label.</summary>
    public required double? Accuracy { get; init; }

    /// <summary>The points of accuracy that were lost; below 0 where some were won.</summary>
    public double? Loss => (Float32Accuracy - Accuracy) * 100;

    /// <summary>The share of the images that got another class, 0 to 1.</summary>
    public required double Disagreement { get; init; }

    /// <summary>By how much an image's outputs differ in the mean.</summary>
    public required double MeanDifference { get; init; }

    /// <summary>Images per second with integers, in batches of <see cref="OnnxQuantizationOptions.SpeedBatch"/>; null where that was not measured.</summary>
    public required double? ImagesPerSecond { get; init; }

    /// <summary>Images per second in float32, measured in turns with those; null where that was not measured.</summary>
    public required double? Float32ImagesPerSecond { get; init; }

    /// <summary>What is computed with integers, "layer1.0.conv1 (Conv)".</summary>
    public required IReadOnlyList<string> IntegerNodes { get; init; }

    /// <summary>What is still computed in float32; activations that are part of a layer before them are in neither list.</summary>
    public required IReadOnlyList<string> Float32Nodes { get; init; }
}
