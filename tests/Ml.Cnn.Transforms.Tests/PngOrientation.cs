using System.Buffers.Binary;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>Writes an EXIF orientation into a PNG or a WebP.</summary>
internal static class PngOrientation
{
    /// <summary>Where the content of an eXIf chunk before the data begins: behind the signature and IHDR.</summary>
    public const int Place = 8 + 25 + 8;

    /// <summary>Of the EXIF data, without a prefix.</summary>
    public const int Length = 26;

    private const int EndChunk = 12;

    public static byte[] Insert(byte[] png, int orientation, bool isLittle, bool isBehind, bool hasPrefix = false)
    {
        byte[] exif = [.. hasPrefix ? "Exif\0\0"u8 : [], .. Exif(orientation, isLittle)];
        var chunk = new byte[12 + exif.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, exif.Length);
        "eXIf"u8.CopyTo(chunk.AsSpan(4));
        exif.CopyTo(chunk, 8);
        var place = isBehind ? png.Length - EndChunk : Place - 8;
        byte[] result = [.. png[..place], .. chunk, .. png[place..]];
        PngChecksums.Repair(result);
        return result;
    }

    /// <summary>An extended file (VP8X) around the image's own chunk.</summary>
    public static byte[] InsertIntoWebp(byte[] webp, int width, int height, int orientation)
    {
        if (webp.AsSpan(12, 4).SequenceEqual("VP8X"u8))
            throw new ArgumentException("It is extended already.", nameof(webp));
        var header = new byte[18];
        "VP8X"u8.CopyTo(header);
        header[4] = 10;
        header[8] = 0x08 | 0x10; // EXIF, alpha
        (header[12], header[13]) = ((byte)(width - 1), (byte)(width - 1 >> 8));
        (header[15], header[16]) = ((byte)(height - 1), (byte)(height - 1 >> 8));
        var exif = Exif(orientation, isLittle: true);
        byte[] chunk = [.. "EXIF"u8, (byte)exif.Length, 0, 0, 0, .. exif];
        byte[] result = [.. webp[..12], .. header, .. webp[12..], .. chunk];
        BinaryPrimitives.WriteInt32LittleEndian(result.AsSpan(4), result.Length - 8);
        return result;
    }

    /// <summary>A TIFF header and a directory with the orientation alone.</summary>
    private static byte[] Exif(int orientation, bool isLittle) => isLittle
        ? [.. "II*\0"u8, 8, 0, 0, 0, 1, 0, 0x12, 1, 3, 0, 1, 0, 0, 0, (byte)orientation, (byte)(orientation >> 8), 0, 0, 0, 0, 0, 0]
        : [.. "MM\0*"u8, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, (byte)(orientation >> 8), (byte)orientation, 0, 0, 0, 0, 0, 0];
}
