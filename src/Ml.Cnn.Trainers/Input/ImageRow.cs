using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Input;

/// <summary>One row of the input on its way from a cursor to a batch: the image as it came, not decoded yet.</summary>
/// <remarks>Rows are used again and again, so that their contents grow to the largest image once.</remarks>
/// <param name="content">Room for the image, which other rows may use at other times. Default: room of its own.</param>
internal sealed class ImageRow(ImageContent? content = null)
{
    /// <summary>The image as its column holds it.</summary>
    public readonly ImageContent Content = content ?? new();

    /// <summary>The label's key, from 1; 0 where it is missing.</summary>
    public uint Label;

    /// <summary>How much the row counts in the loss, 0 or more.</summary>
    public float Weight = 1;

    /// <summary>Whether the image was read. It is not where the row is another process's.</summary>
    public bool HasImage = true;

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
    public ImageRow Copy()
    {
        var copy = new ImageRow { Label = Label, Weight = Weight, Repetition = Repetition, Id = Id, Path = Path, Defect = Defect };
        if (Defect is null)
            copy.Content.CopyFrom(Content);
        return copy;
    }

    /// <summary>The same row once more, sharing its content.</summary>
    public ImageRow Again(int repetition)
    {
        var again = (ImageRow)MemberwiseClone();
        again.Repetition = repetition;
        return again;
    }
}
