using System.Security.Cryptography;
using Microsoft.ML;

namespace MlCnn.Cli.BulkScoring;

/// <summary>An image by its place in the order.</summary>
/// <param name="Index">From 0, among all images of the data.</param>
/// <param name="Name">As <see cref="ScoreRow.Image"/> has it.</param>
internal readonly record struct SequencedImage(long Index, string Name);

/// <summary>
/// The images of a data source in an order that is the same on every machine and at every start, so that an image's place decides who scores it and where to
/// go on.
/// </summary>
internal abstract class ImageSequence : IDisposable
{
    /// <summary>Whether images are files.</summary>
    public abstract bool IsFiles { get; }

    /// <summary>Opens a data source.</summary>
    public static ImageSequence Of(MLContext mlContext, DataSource source) => source.Folder is { } folder
        ? new FolderSequence(mlContext, folder)
        : new ViewSequence(source.Load(mlContext, DataRole.Evaluation), source);

    /// <summary>The images' names in order. Each call reads the source anew.</summary>
    public abstract IEnumerable<string> Names();

    /// <summary>The bytes of an image's file, by which a changed one is known; -1 where there is no file, 0 where images are no files.</summary>
    public virtual long LengthOf(string name) => 0;

    /// <summary>Adds to a hash by what the data is known, beside the names.</summary>
    public virtual void AddTo(IncrementalHash hash)
    {
    }

    /// <summary>A data view of a few images for <see cref="ImageScoring"/>. From call to call the images must follow one another.</summary>
    public abstract IDataView Load(IReadOnlyList<SequencedImage> part);

    public abstract void Dispose();
}
