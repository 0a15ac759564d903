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

    /// <summary>The images that were last chosen, for <see cref="ImageScoring"/>. The same view all along: what is prepared for it serves every part.</summary>
    public abstract IDataView View { get; }

    /// <summary>Chooses the images of <see cref="View"/>. From call to call they must follow one another.</summary>
    public abstract void Choose(SequencedImage[] part);

    public abstract void Dispose();
}
