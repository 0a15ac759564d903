using System.Formats.Tar;
using System.IO.Compression;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>One part of a CIFAR data set, read and checked: its rows as the files hold them, and the classes' names.</summary>
/// <param name="Batches">Each file's rows.</param>
/// <param name="ClassNames">The name of each label.</param>
internal sealed record CifarFiles(byte[][] Batches, string[] ClassNames)
{
    // Deflate cannot do better than 258 bytes for 2 bits.
    private const int BestCompression = 1032;

    /// <summary>Reads a split.</summary>
    /// <param name="path">The folder of the files (or the folder above it), or a tar archive of them, plain or gzip.</param>
    /// <param name="split">Which part.</param>
    /// <param name="format">Which data set.</param>
    public static CifarFiles Read(string path, DataSplit split, CifarFormat format)
    {
        var wanted = format.FilesOf(split);
        var files = File.Exists(path) ? ReadArchive(path, [.. wanted, format.NamesFile]) : ReadFolder(path, wanted, format);
        foreach (var name in wanted)
        {
            if (!files.TryGetValue(name, out var file))
                throw new FileNotFoundException($"'{Path.GetFullPath(path)}' holds no {name}: the binary version of {format.Name} is expected.", name);
            if (file.Bytes.Length == 0 || file.Bytes.Length % format.RowBytes != 0)
            {
                throw new InvalidDataException(
                    $"'{file.Path}' has {file.Bytes.Length} bytes, which is no multiple of {format.RowBytes}: "
                    + $"it is cut short, or no file of {format.Name}'s binary version.");
            }
        }

        var names = files.TryGetValue(format.NamesFile, out var list) ? ReadNames(list.Bytes) : format.ClassNames;
        foreach (var name in wanted)
            CheckLabels(files[name].Bytes, files[name].Path, names.Length, format);
        return new([.. wanted.Select(name => files[name].Bytes)], names);
    }

    private static Dictionary<string, (string Path, byte[] Bytes)> ReadFolder(string path, string[] wanted, CifarFormat format)
    {
        var folder = Path.GetFullPath(path);
        if (!Directory.Exists(folder))
            throw new DirectoryNotFoundException($"There is no folder or archive '{folder}'.");
        // The archives hold a folder, which unpacking leaves as it is.
        if (!File.Exists(Path.Join(folder, wanted[0])))
        {
            folder = Directory.EnumerateDirectories(folder).Order(StringComparer.Ordinal)
                .FirstOrDefault(inner => File.Exists(Path.Join(inner, wanted[0])), folder);
        }

        return wanted.Append(format.NamesFile)
            .Where(name => File.Exists(Path.Join(folder, name)))
            .ToDictionary(name => name, name => (Path.Join(folder, name), File.ReadAllBytes(Path.Join(folder, name))));
    }

    private static Dictionary<string, (string Path, byte[] Bytes)> ReadArchive(string path, string[] wanted)
    {
        using var file = File.OpenRead(path);
        var compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        var mostBytes = Math.Min(Array.MaxLength, compressed ? checked(file.Length * BestCompression) : file.Length);
        using Stream unpacked = compressed ? new GZipStream(file, CompressionMode.Decompress) : file;
        var found = new Dictionary<string, (string, byte[])>();
        try
        {
            using var archive = new TarReader(unpacked);
            while (found.Count < wanted.Length && archive.GetNextEntry() is { } entry)
            {
                var name = entry.Name[(entry.Name.LastIndexOf('/') + 1)..];
                if (entry.DataStream is not { } data || !wanted.Contains(name))
                    continue;
                // Before anything is allocated: a header of 512 bytes can announce any size.
                if (entry.Length > mostBytes)
                    throw new InvalidDataException($"the entry '{entry.Name}' announces {entry.Length} bytes");
                var bytes = new byte[entry.Length];
                data.ReadExactly(bytes);
                found[name] = ($"{path}/{entry.Name}", bytes);
            }
        }
        catch (Exception exception) when (TarIndex.IsMalformed(exception))
        {
            throw new InvalidDataException($"'{path}' is damaged or no tar archive: {exception.Message}", exception);
        }
        return found;
    }

    private static string[] ReadNames(byte[] list)
    {
        using var reader = new StreamReader(new MemoryStream(list));
        return reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
    }

    private static void CheckLabels(byte[] rows, string path, int classes, CifarFormat format)
    {
        for (var start = 0; start < rows.Length; start += format.RowBytes)
        {
            var label = rows[start + format.LabelByte];
            if (label >= classes)
            {
                throw new InvalidDataException(
                    $"'{path}' has label {label} in row {start / format.RowBytes}, but {format.Name} has the labels 0 to {classes - 1} here: "
                    + "it is damaged or of another format.");
            }
        }
    }
}
