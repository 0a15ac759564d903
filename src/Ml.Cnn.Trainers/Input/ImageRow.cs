using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Trainers.Input;

/// <summary>One row of the input on its way from a cursor to a batch: the image as it came, not decoded yet.</summary>
/// <remarks>Rows are used again and again, so that their arrays grow to the largest image once.</remarks>
internal sealed class ImageRow
{
    /// <summary>Encoded bytes, or pixels as bytes; the first <see cref="Length"/> count.</summary>
    public byte[] Bytes = [];

    /// <summary>Pixels as numbers; the first <see cref="Length"/> count.</summary>
    public float[] Floats = [];

    public int Length;

    /// <summary>The image of an MLImage column, copied: the image itself belongs to its source.</summary>
    public readonly PixelImage Image = new();

    /// <summary>The label's key, from 1; 0 where it is missing.</summary>
    public uint Label;

    /// <summary>How much the row counts in the loss, 0 or more.</summary>
    public float Weight = 1;

    /// <summary>How often the row has come in this epoch before: its augmentation differs from time to time.</summary>
    public int Repetition;

    /// <summary>The row's number in its source.</summary>
    public ulong Id;

    /// <summary>The file that the row came from, where the source tells; empty otherwise.</summary>
    public ReadOnlyMemory<char> Path;

    /// <summary>Why the image cannot be used; null while nothing is wrong.</summary>
    public string? Defect;

    /// <summary>How a message names the row.</summary>
    public string Name => Path.IsEmpty ? $"row {Id}" : Path.ToString();

    /// <summary>A row of its own with the same content.</summary>
    public ImageRow Copy(FeatureKind kind)
    {
        var copy = new ImageRow { Label = Label, Weight = Weight, Id = Id, Path = Path, Defect = Defect };
        if (Defect is not null)
            return copy;
        switch (kind)
        {
            case FeatureKind.FloatPixels:
                Floats.AsSpan(0, Length).CopyTo(copy.FloatsOfLength(Length));
                break;
            case FeatureKind.Image:
                copy.Image.Reset(Image.Width, Image.Height, Image.Channels);
                Image.Pixels.CopyTo(copy.Image.Pixels);
                break;
            default:
                Bytes.AsSpan(0, Length).CopyTo(copy.BytesOfLength(Length));
                break;
        }
        return copy;
    }

    /// <summary>The same row once more, sharing its content.</summary>
    public ImageRow Again(int repetition)
    {
        var again = (ImageRow)MemberwiseClone();
        again.Repetition = repetition;
        return again;
    }

    public Span<byte> BytesOfLength(int length)
    {
        if (Bytes.Length < length)
            Bytes = GC.AllocateUninitializedArray<byte>(length);
        Length = length;
        return Bytes.AsSpan(0, length);
    }

    public Span<float> FloatsOfLength(int length)
    {
        if (Floats.Length < length)
            Floats = GC.AllocateUninitializedArray<float>(length);
        Length = length;
        return Floats.AsSpan(0, length);
    }
}
