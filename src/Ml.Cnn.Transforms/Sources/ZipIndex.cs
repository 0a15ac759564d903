using System.Buffers.Binary;
using System.Text;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// Lists the files of a zip archive by reading its central directory (PKWARE's APPNOTE.TXT 6.3, sections 4.3 and 4.5, zip64 among them).
/// System.IO.Compression's ZipArchive would keep several times the memory and let one thread read at a time.
/// </summary>
internal static class ZipIndex
{
    private const int EndLength = 22;
    private const int LongestComment = ushort.MaxValue;
    private const int LocatorLength = 20;
    private const int Zip64EndLength = 56;
    private const int HeaderLength = 46;
    private const int LocalHeaderLength = 30;
    private const uint Elsewhere = uint.MaxValue; // the number is in the zip64 field
    private const ushort Zip64Field = 1;
    private const int UnixFileType = 0xF000;
    private const int UnixLink = 0xA000;

    // Deflate cannot do better than 258 bytes for 2 bits.
    private const int BestCompression = 1032;

    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    /// <summary>Regular files, without macOS's companions and what else is hidden.</summary>
    /// <param name="archive">A stream that can seek; it stays open.</param>
    /// <param name="path">The archive's, for messages.</param>
    /// <exception cref="InvalidDataException">The archive is malformed or cut short, or files are encrypted or packed in a way that is not read.</exception>
    public static ArchiveIndex Read(Stream archive, string path)
    {
        try
        {
            var (start, length, shift) = FindDirectory(archive);
            archive.Position = start;
            var reader = new BufferedStream(archive, 1 << 16); // not disposed: the archive stays open
            return ReadDirectory(reader, length, shift, start);
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or OverflowException)
        {
            throw new InvalidDataException($"'{path}' is cut short, damaged or no zip archive: it ends within its directory.", exception);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException($"'{path}' cannot be read as a zip archive: {exception.Message}.");
        }
    }

    /// <summary>Where a file's bytes begin.</summary>
    /// <param name="localHeader">What lies at its offset, <see cref="LocalHeaderBytes"/> of it.</param>
    /// <param name="offset">That offset.</param>
    /// <exception cref="InvalidDataException">It is no local header.</exception>
    public static long DataOffset(ReadOnlySpan<byte> localHeader, long offset)
    {
        if (!localHeader.StartsWith("PK\x03\x04"u8))
            throw new InvalidDataException("its header is missing");
        var nameLength = BinaryPrimitives.ReadUInt16LittleEndian(localHeader[26..]);
        var extraLength = BinaryPrimitives.ReadUInt16LittleEndian(localHeader[28..]);
        return offset + LocalHeaderLength + nameLength + extraLength;
    }

    /// <summary>The length of the fixed part of a local header.</summary>
    public static int LocalHeaderBytes => LocalHeaderLength;

    /// <summary>Place and length of the central directory, and what has to be added to the offsets in it since something stands before the archive.</summary>
    private static (long Start, long Length, long Shift) FindDirectory(Stream archive)
    {
        var tail = new byte[Math.Min(archive.Length, EndLength + LongestComment)];
        var tailStart = archive.Length - tail.Length;
        archive.Position = tailStart;
        archive.ReadExactly(tail);
        for (var at = tail.Length - EndLength; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (!end.StartsWith("PK\x05\x06"u8) || BinaryPrimitives.ReadUInt16LittleEndian(end[20..]) > end.Length - EndLength)
                continue;
            if (BinaryPrimitives.ReadUInt16LittleEndian(end[4..]) is not (0 or ushort.MaxValue))
                throw new InvalidDataException("it is one part of an archive in several files");
            var (length, offset) = (BinaryPrimitives.ReadUInt32LittleEndian(end[12..]), BinaryPrimitives.ReadUInt32LittleEndian(end[16..]));
            var isLarge = length == Elsewhere || offset == Elsewhere || BinaryPrimitives.ReadUInt16LittleEndian(end[10..]) == ushort.MaxValue;
            return isLarge && ReadZip64End(archive, tailStart + at) is { } large ? large : Place(tailStart + at, length, offset);
        }
        throw new InvalidDataException("its directory is missing, as in a file that is cut short");
    }

    /// <summary>The same of an archive with more or larger files than the first format allows; null if it is not one.</summary>
    private static (long Start, long Length, long Shift)? ReadZip64End(Stream archive, long end)
    {
        if (end < LocatorLength)
            return null;
        var record = new byte[Zip64EndLength];
        archive.Position = end - LocatorLength;
        archive.ReadExactly(record.AsSpan(0, LocatorLength));
        if (!record.AsSpan().StartsWith("PK\x06\x07"u8))
            return null;
        var place = BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(8));
        if (place < 0 || place > end - LocatorLength - Zip64EndLength)
            throw new InvalidDataException("its directory is missing, as in a file that is cut short");
        archive.Position = place;
        archive.ReadExactly(record);
        return record.AsSpan().StartsWith("PK\x06\x06"u8)
            ? Place(place, BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(40)), BinaryPrimitives.ReadInt64LittleEndian(record.AsSpan(48)))
            : throw new InvalidDataException("its directory is missing, as in a file that is cut short");
    }

    private static (long Start, long Length, long Shift) Place(long end, long length, long offset) =>
        length >= 0 && offset >= 0 && length <= end && offset <= end - length
            ? (end - length, length, end - length - offset)
            : throw new InvalidDataException("its directory lies outside of the file");

    private static ArchiveIndex ReadDirectory(Stream reader, long length, long shift, long dataEnd)
    {
        var index = new ArchiveIndex();
        var header = new byte[HeaderLength];
        for (var rest = length; rest > 0;)
        {
            reader.ReadExactly(header);
            if (!header.AsSpan().StartsWith("PK\x01\x02"u8))
                throw new InvalidDataException("its directory is damaged");
            var (nameLength, extraLength, commentLength) = (Short(header, 28), Short(header, 30), Short(header, 32));
            rest -= HeaderLength + nameLength + extraLength + commentLength;
            if (rest < 0)
                throw new InvalidDataException("its directory is damaged");
            var name = DecodeName(Exactly(reader, nameLength));
            var extra = Exactly(reader, extraLength);
            Exactly(reader, commentLength);
            Add(index, header, name, extra, shift, dataEnd);
        }
        return index;
    }

    private static void Add(ArchiveIndex index, byte[] header, string entry, byte[] extra, long shift, long dataEnd)
    {
        if (entry.EndsWith('/'))
        {
            index.AddFolder(entry);
            return;
        }
        if (index.TakeName(entry) is not { } name)
            return;
        if ((Int(header, 38) >> 16 & UnixFileType) == UnixLink)
        {
            index.Others.Add(new(name, PassedOverCounter.Link));
            return;
        }
        if ((Short(header, 8) & 1) != 0)
            throw new InvalidDataException($"'{entry}' is encrypted");

        var (offset, length, packedLength) = ReadSizes(header, extra);
        var packing = Short(header, 10) switch
        {
            0 => ArchivePacking.ZipStored,
            8 => ArchivePacking.ZipDeflated,
            var method => throw new InvalidDataException($"'{entry}' is packed by method {method}; stored (0) and deflated (8) files are read"),
        };
        offset += shift;
        if (offset < 0 || packedLength < 0 || length < 0 || offset > dataEnd - LocalHeaderLength || packedLength > dataEnd - LocalHeaderLength - offset)
            throw new InvalidDataException($"it ends within '{entry}'");
        // Before anything is allocated: a header can announce any size.
        if (packing == ArchivePacking.ZipStored ? length != packedLength : length / BestCompression > packedLength)
            throw new InvalidDataException($"'{entry}' announces {length} bytes, which {packedLength} packed ones cannot be");
        index.Files.Add(new(name, offset, length, packedLength, packing));
    }

    private static (long Offset, long Length, long PackedLength) ReadSizes(byte[] header, byte[] extra)
    {
        var (packedLength, length, offset) = ((long)Int(header, 20), (long)Int(header, 24), (long)Int(header, 42));
        if (packedLength != Elsewhere && length != Elsewhere && offset != Elsewhere)
            return (offset, length, packedLength);
        for (var fields = extra.AsSpan(); fields.Length >= 4;)
        {
            var (id, size) = (BinaryPrimitives.ReadUInt16LittleEndian(fields), BinaryPrimitives.ReadUInt16LittleEndian(fields[2..]));
            var values = fields[4..][..Math.Min(size, fields.Length - 4)];
            if (id == Zip64Field)
            {
                length = Next(ref values, length);
                packedLength = Next(ref values, packedLength);
                return (Next(ref values, offset), length, packedLength);
            }
            fields = fields[(4 + values.Length)..];
        }
        return (offset, length, packedLength);

        // Only the numbers that do not fit the header stand here, in this order.
        static long Next(ref Span<byte> values, long inHeader)
        {
            if (inHeader != Elsewhere || values.Length < 8)
                return inHeader;
            var value = BinaryPrimitives.ReadInt64LittleEndian(values);
            values = values[8..];
            return value;
        }
    }

    /// <summary>UTF-8, as programs write today whether or not they say so; else the code page of the format's first years.</summary>
    private static string DecodeName(byte[] name)
    {
        string text;
        try
        {
            text = s_utf8.GetString(name);
        }
        catch (DecoderFallbackException)
        {
            text = CodePagesEncodingProvider.Instance.GetEncoding(437)!.GetString(name);
        }
        return text.Replace('\\', '/'); // some programs of Windows
    }

    private static byte[] Exactly(Stream reader, int count)
    {
        if (count == 0)
            return [];
        var bytes = new byte[count];
        reader.ReadExactly(bytes);
        return bytes;
    }

    private static ushort Short(byte[] header, int at) => BinaryPrimitives.ReadUInt16LittleEndian(header.AsSpan(at));

    private static uint Int(byte[] header, int at) => BinaryPrimitives.ReadUInt32LittleEndian(header.AsSpan(at));
}
