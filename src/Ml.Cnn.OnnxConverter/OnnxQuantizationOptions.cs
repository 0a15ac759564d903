namespace Ml.Cnn.OnnxConverter;

/// <summary>How a network becomes an ONNX file of 8-bit integers.</summary>
public sealed class OnnxQuantizationOptions
{
    /// <summary>The most images in a batch that can be timed.</summary>
    public const int LargestSpeedBatch = 1024;

    /// <summary>Operator set, input and output of the file. Its form is that for scoring and its precision float32. Default: normalized numbers in, logits
    /// out.</summary>
    public OnnxExportOptions Export { get; set; } = new();

    /// <summary>The column of the images' classes: keys with values, or text. Default "Label".</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>
    /// How many images ranges are chosen from, 1 or more; drawn from all classes alike. Of a set that accuracy is measured on too, at most half are taken.
    /// Default 300.
    /// </summary>
    public int CalibrationImages { get; set; } = 300;

    /// <summary>Fixes which images are drawn. Default 1.</summary>
    public int Seed { get; set; } = 1;

    /// <summary>
    /// The most points of accuracy that may be lost, 0 to 100; where more are, no file is written. Null: any number, and images need no labels.
    /// Default 0.5, which is one image of 200.
    /// </summary>
    public double? MaximumLoss { get; set; } = 0.5;

    /// <summary>
    /// The largest share of the images that may get another class than in float32, 0 to 100 percent; where more do, no file is written. Null: any. Default 5.
    /// </summary>
    public double? MaximumDisagreement { get; set; } = 5;

    /// <summary>How ranges are chosen. Default: with the least squared error.</summary>
    public OnnxActivationRange Ranges { get; set; }

    /// <summary>
    /// Bits of a weight, 7 or 8. Processors of x86 without VNNI instructions (before Ice Lake and Zen 4) add two products in 16 bits, which overflow with
    /// weights of 8 bits: take 7 for a file that runs there. Default 8.
    /// </summary>
    public int WeightBits { get; set; } = 8;

    /// <summary>Whether the first layer with weights stays in float32. Default false.</summary>
    public bool KeepsFirstLayer { get; set; }

    /// <summary>Whether the last layer with weights stays in float32. Default false.</summary>
    public bool KeepsLastLayer { get; set; }

    /// <summary>Layers that stay in float32, by name, such as "layer4.1.conv2", or "layer4" for all that is in it. Default: none.</summary>
    public IReadOnlyList<string> Float32Layers { get; set; } = [];

    /// <summary>How many images a batch has whose speed is measured, 1 to 1024. Default 16.</summary>
    public int SpeedBatch { get; set; } = 16;

    /// <summary>How long the speeds are measured, float32 and integers in turns. Zero: they are not. Default: 2 seconds.</summary>
    public TimeSpan SpeedTime { get; set; } = TimeSpan.FromSeconds(2);

    /// <exception cref="ArgumentOutOfRangeException">A value is outside its range; the message names it.</exception>
    internal void Validate()
    {
        ArgumentNullException.ThrowIfNull(Export);
        ArgumentNullException.ThrowIfNull(Float32Layers);
        ArgumentException.ThrowIfNullOrEmpty(LabelColumnName);
        Export.Validate();
        if (Export.Form != OnnxForm.Scoring || Export.Precision != OnnxPrecision.Float32)
            throw new ArgumentOutOfRangeException(nameof(Export), "A network of 8-bit integers is made of the form for scoring in float32.");
        if (CalibrationImages < 1)
            throw new ArgumentOutOfRangeException(nameof(CalibrationImages), CalibrationImages, "The number of images must be 1 or more.");
        if (MaximumLoss is { } loss && !(loss is >= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(MaximumLoss), loss, "Points of accuracy must be 0 to 100.");
        if (MaximumDisagreement is { } share && !(share is >= 0 and <= 100))
            throw new ArgumentOutOfRangeException(nameof(MaximumDisagreement), share, "The share must be 0 to 100 percent.");
        if (!Enum.IsDefined(Ranges))
            throw new ArgumentOutOfRangeException(nameof(Ranges), Ranges, "The value is none of its names.");
        if (WeightBits is not (7 or 8))
            throw new ArgumentOutOfRangeException(nameof(WeightBits), WeightBits, "Bits of a weight must be 7 or 8.");
        if (SpeedBatch is < 1 or > LargestSpeedBatch)
            throw new ArgumentOutOfRangeException(nameof(SpeedBatch), SpeedBatch, $"The number of images must be 1 to {LargestSpeedBatch}.");
        if (SpeedTime < TimeSpan.Zero)
            throw new ArgumentOutOfRangeException(nameof(SpeedTime), SpeedTime, "The time must be 0 or more.");
    }
}
