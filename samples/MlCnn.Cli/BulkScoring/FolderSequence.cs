using System.IO.Enumeration;
using Microsoft.ML;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli.BulkScoring;

/// <summary>The images of a folder and of all below, with labels or without: of each folder first its own images, then those of the folders in it, all in
/// ordinal order.</summary>
/// <remarks>
/// Only the names of one folder, and of the folders above it, are in memory at a time: the data may have any number of images. What is hidden is left out,
/// and so are links to folders, which may lead back up; links directly in the data's folder, of which data sets are often put together, are followed.
/// </remarks>
internal sealed class FolderSequence : ImageSequence
{
    private static readonly EnumerationOptions s_here = new() { IgnoreInaccessible = false, AttributesToSkip = FileAttributes.Hidden | FileAttributes.System };

    private readonly string _root;
    private SequencedImage[] _part = [];

    /// <exception cref="CommandException">There is no such folder.</exception>
    public FolderSequence(MLContext mlContext, string folder)
    {
        _root = Path.GetFullPath(folder);
        if (!Directory.Exists(_root))
            throw new CommandException($"There is no folder '{_root}'.");
        View = mlContext.Data.LoadFromEnumerable(Files());
    }

    public override bool IsFiles => true;

    public override IEnumerable<string> Names() => NamesIn("");

    public override long LengthOf(string name) => new FileInfo(FullPath(name)) is { Exists: true } file ? file.Length : -1;

    public override IDataView View { get; }

    public override void Choose(SequencedImage[] part) => _part = part;

    public override void Dispose()
    {
    }

    private IEnumerable<ImageFile> Files()
    {
        foreach (var image in _part)
            yield return new() { ImagePath = FullPath(image.Name) };
    }

    /// <param name="folder">From the root, with a slash at its end; empty for the root.</param>
    private IEnumerable<string> NamesIn(string folder)
    {
        var (images, folders) = Entries(folder);
        foreach (var name in images)
            yield return folder + name;
        foreach (var name in folders)
        {
            foreach (var below in NamesIn(folder + name + '/'))
                yield return below;
        }
    }

    private (List<string> Images, List<string> Folders) Entries(string folder)
    {
        var (images, folders) = (new List<string>(), new List<string>());
        var isRoot = folder.Length == 0;
        try
        {
            var entries = new FileSystemEnumerable<(string Name, bool IsFolder)>(FullPath(folder),
                (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory), s_here)
            {
                ShouldIncludePredicate = (ref FileSystemEntry entry) => !entry.FileName.StartsWith('.')
                    && (!entry.IsDirectory || isRoot || !entry.Attributes.HasFlag(FileAttributes.ReparsePoint)),
            };
            foreach (var (name, isFolder) in entries)
            {
                if (isFolder)
                    folders.Add(name);
                else if (ImageFormats.IsImageName(name))
                    images.Add(name);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder '{FullPath(folder)}' cannot be opened: {e.Message}", e);
        }
        images.Sort(StringComparer.Ordinal);
        folders.Sort(StringComparer.Ordinal);
        return (images, folders);
    }

    private string FullPath(string name) => Path.Join(_root, name);
}
