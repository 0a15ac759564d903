using System.Runtime.InteropServices;

namespace Ml.Cnn.Evaluation.Scores;

/// <summary>A network's probabilities of images, with the right classes.</summary>
/// <param name="Labels">The right classes, from 0, in the rows' order.</param>
/// <param name="Probabilities">Image after image, a probability for each class.</param>
/// <param name="Classes">How many there are.</param>
internal sealed record ImageScores(int[] Labels, float[] Probabilities, int Classes)
{
    private const uint Magic = 0x5243534D; // "MSCR"

    public ReadOnlySpan<float> Of(int image) => Probabilities.AsSpan(image * Classes, Classes);

    /// <summary>The scores of several sets of images, one behind the other.</summary>
    public static ImageScores Concatenated(IReadOnlyList<ImageScores> parts) =>
        new([.. parts.SelectMany(part => part.Labels)], [.. parts.SelectMany(part => part.Probabilities)], parts[0].Classes);

    /// <summary>Writes them as little-endian numbers: mark, images, classes, labels, probabilities.</summary>
    public void Write(Stream stream)
    {
        using var writer = new BinaryWriter(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        writer.Write(Magic);
        writer.Write(Labels.Length);
        writer.Write(Classes);
        writer.Write(MemoryMarshal.AsBytes(Labels.AsSpan()));
        writer.Write(MemoryMarshal.AsBytes(Probabilities.AsSpan()));
    }

    /// <returns>Null where the stream holds something else.</returns>
    public static ImageScores? Read(Stream stream)
    {
        using var reader = new BinaryReader(stream, System.Text.Encoding.UTF8, leaveOpen: true);
        const int Header = 12;
        if (stream.Length < Header || reader.ReadUInt32() != Magic)
            return null;
        var (images, classes) = (reader.ReadInt32(), reader.ReadInt32());
        if (images < 0 || classes < 1 || stream.Length != Header + sizeof(int) * (long)images + sizeof(float) * (long)images * classes)
            return null;
        var (labels, probabilities) = (new int[images], new float[(long)images * classes]);
        stream.ReadExactly(MemoryMarshal.AsBytes(labels.AsSpan()));
        stream.ReadExactly(MemoryMarshal.AsBytes(probabilities.AsSpan()));
        return new(labels, probabilities, classes);
    }
}
