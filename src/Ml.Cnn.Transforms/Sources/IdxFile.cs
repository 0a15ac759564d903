using System.Buffers.Binary;
using System.IO.Compression;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>A file in MNIST's IDX format: unsigned bytes in one or three dimensions.</summary>
/// <param name="Path">Where it came from, for messages.</param>
/// <param name="Sizes">The length of each dimension; the first counts the items.</param>
/// <param name="Values">All values, the last dimension's side by side.</param>
internal sealed record IdxFile(string Path, int[] Sizes, byte[] Values)
{
    /// <summary>A side beyond this is a damaged header.</summary>
    private const int LargestSide = 65_535;

    // Deflate cannot do better than 258 bytes for 2 bits.
    private const int BestCompression = 1032;

    /// <summary>Reads a file and checks it.</summary>
    /// <param name="path">The file, plain or gzip.</param>
    /// <param name="dimensions">3 for images, 1 for labels.</param>
    /// <exception cref="FileNotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidDataException">Another format, or another size than the header says.</exception>
    public static IdxFile Read(string path, int dimensions)
    {
        using var file = File.OpenRead(path);
        var compressed = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        file.Position = 0;
        try
        {
            if (!compressed)
                return Read(file, path, dimensions, file.Length);
            using var unpacked = new GZipStream(file, CompressionMode.Decompress);
            return Read(unpacked, path, dimensions, checked(file.Length * BestCompression));
        }
        catch (EndOfStreamException)
        {
            throw new InvalidDataException($"'{path}' is cut short: it ends before the data that its header announces.");
        }
        catch (InvalidDataException exception) when (!exception.Message.StartsWith('\''))
        {
            throw new InvalidDataException($"'{path}' is damaged: {exception.Message}", exception);
        }
    }

    /// <summary>MNIST's files of a split in a folder.</summary>
    /// <param name="directory">The folder.</param>
    /// <param name="split">Which part.</param>
    public static (string Images, string Labels) Find(string directory, DataSplit split)
    {
        var prefix = split switch
        {
            DataSplit.Train => "train",
            DataSplit.Test => "t10k",
            _ => throw new ArgumentOutOfRangeException(nameof(split), split, "The split must be Train or Test."),
        };
        if (!Directory.Exists(directory))
            throw new DirectoryNotFoundException($"There is no folder '{System.IO.Path.GetFullPath(directory)}'.");
        return (FindOne("images", "idx3"), FindOne("labels", "idx1"));

        string FindOne(string what, string rank)
        {
            string[] names = [$"{prefix}-{what}-{rank}-ubyte", $"{prefix}-{what}.{rank}-ubyte"];
            foreach (var name in names.Concat(names.Select(name => name + ".gz")))
            {
                var path = System.IO.Path.Join(directory, name);
                if (File.Exists(path))
                    return path;
            }
            {
                throw new FileNotFoundException(
                    $"'{System.IO.Path.GetFullPath(directory)}' holds no {names[0]} (or .gz).", System.IO.Path.Join(directory, names[0]));
            }
        }
    }

    private static IdxFile Read(Stream stream, string path, int dimensions, long mostBytes)
    {
        var header = new byte[4 + 4 * dimensions];
        stream.ReadExactly(header, 0, 4);
        var magic = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (magic != 0x800 + dimensions)
        {
            throw new InvalidDataException(
                $"'{path}' is not an IDX file of {(dimensions == 3 ? "images" : "labels")}: it starts with 0x{magic:X8}, not 0x{0x800 + dimensions:X8}.");
        }
        stream.ReadExactly(header, 4, 4 * dimensions);

        var sizes = new int[dimensions];
        var count = 1L;
        for (var i = 0; i < dimensions; i++)
        {
            var size = BinaryPrimitives.ReadUInt32BigEndian(header.AsSpan(4 + 4 * i));
            if (size > (i == 0 ? int.MaxValue : LargestSide) || (i > 0 && size == 0) || (count *= size) > Array.MaxLength)
                throw new InvalidDataException($"'{path}' announces a dimension of {size}, or more than 2 GB in all: its header is damaged.");
            sizes[i] = (int)size;
        }
        // Before anything is allocated: a header of 16 bytes can announce 2 GB.
        if (count + header.Length > mostBytes)
            throw new InvalidDataException($"'{path}' is cut short: its header announces {count} values, which do not fit in its size.");

        var values = new byte[count];
        stream.ReadExactly(values);
        if (stream.ReadByte() >= 0)
            throw new InvalidDataException($"'{path}' holds more than the {count} values that its header announces.");
        return new IdxFile(path, sizes, values);
    }
}
