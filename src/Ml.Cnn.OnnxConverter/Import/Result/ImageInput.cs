using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Text;
using static Ml.Cnn.OnnxConverter.Format.TensorProto.Types;

namespace Ml.Cnn.OnnxConverter.Import.Result;

/// <summary>What a file's graph takes, as images.</summary>
internal sealed class ImageInput
{
    private const int UsualSize = 224;
    private const int LargestSize = 1 << 16;

    /// <param name="input">What the file says.</param>
    /// <param name="size">Height and width where it leaves them open; null: 224.</param>
    /// <exception cref="OnnxFormatException">It is none that images fit.</exception>
    public ImageInput(ValueInfoProto input, int? size)
    {
        var type = input.Type?.TensorType ?? throw Wrong(input, "no tensor");
        if ((DataType)type.ElemType is not (DataType.Float or DataType.Float16 or DataType.Double or DataType.Uint8 or DataType.Bfloat16))
            throw Wrong(input, $"elements of the type {type.ElemType}");
        IsBytes = (DataType)type.ElemType == DataType.Uint8;
        long?[] lengths = [.. (type.Shape?.Dim ?? []).Select(length => length.HasDimValue && length.DimValue > 0 ? (long?)length.DimValue : null)];
        if (lengths.Length != 4)
            throw Wrong(input, $"{lengths.Length} dimensions, and images are N × channels × height × width");
        Batch = lengths[0];
        var isLast = lengths[1] is not (1 or 3 or 4) && lengths[3] is 1 or 3 or 4;
        var channels = (isLast ? lengths[3] : lengths[1]) ?? 3;
        if (channels is not (1 or 3 or 4))
            throw Wrong(input, $"{channels} channels; images have 1, 3 or 4");
        var (height, width) = isLast ? (lengths[1], lengths[2]) : (lengths[2], lengths[3]);
        var (rows, columns) = (height ?? width ?? size ?? UsualSize, width ?? height ?? size ?? UsualSize);
        if (rows > LargestSize || columns > LargestSize)
            throw Wrong(input, $"images of {columns}×{rows} pixels");
        Source = new(null) { Kind = ImportKinds.Source, Inputs = [], Shape = [(int)channels, (int)rows, (int)columns] };
        Value = Source;
        if (!isLast)
            return;
        Value = new(null) { Kind = LayerKinds.Permute, Inputs = [Source], Attributes = new() { ["dimensions"] = (IReadOnlyList<int>)[0, 2, 3, 1] } };
        Value.Shape = ShapeRules.Of(Value, Source.Shape)!;
    }

    /// <summary>Whether the images are bytes.</summary>
    public bool IsBytes { get; }

    /// <summary>How many images there are; null where the file leaves that open.</summary>
    public long? Batch { get; }

    /// <summary>Images as the library's networks take them: channels first.</summary>
    public ImportStep Source { get; }

    /// <summary>The same as the file's graph takes them.</summary>
    public ImportStep Value { get; }

    private static OnnxFormatException Wrong(ValueInfoProto input, string what) => new($"its input '{Listing.Shortened(input.Name)}' has {what}");
}
