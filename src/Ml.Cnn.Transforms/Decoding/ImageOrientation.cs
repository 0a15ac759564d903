using System.Buffers.Binary;
using SkiaSharp;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>How an image has to be turned to stand upright, as its EXIF orientation says.</summary>
internal static class ImageOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const ushort ShortType = 3;
    private const int SignatureLength = 8;
    private const int ChunkFrame = 12; // length, type and checksum

    /// <summary>The decoder's answer; for PNG, whose EXIF data the decoder does not look for, that of the file's eXIf chunk.</summary>
    public static SKEncodedOrigin Of(SKCodec codec, ReadOnlySpan<byte> encoded) =>
        codec.EncodedFormat == SKEncodedImageFormat.Png ? OfPng(encoded) : codec.EncodedOrigin;

    /// <summary>Whether width and height change places.</summary>
    public static bool SwapsSides(SKEncodedOrigin origin) => origin >= SKEncodedOrigin.LeftTop;

    // The chunk may stand before or behind the image's data; the checksum of a chunk that no pixel depends on is not looked at, as in Pillow.
    private static SKEncodedOrigin OfPng(ReadOnlySpan<byte> png)
    {
        for (var rest = png[Math.Min(SignatureLength, png.Length)..]; rest.Length >= ChunkFrame;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            if (length > rest.Length - ChunkFrame)
                break;
            var content = rest.Slice(8, (int)length);
            if (rest.Slice(4, 4).SequenceEqual("eXIf"u8))
                return OfExif(content);
            rest = rest[(ChunkFrame + (int)length)..];
        }
        return SKEncodedOrigin.TopLeft;
    }

    /// <summary>Looks for the orientation in the first directory of EXIF data (a TIFF header and what follows it).</summary>
    private static SKEncodedOrigin OfExif(ReadOnlySpan<byte> exif)
    {
        if (exif.StartsWith("Exif\0\0"u8)) // the prefix of JPEG's segment, which some programs write here too
            exif = exif[6..];
        var isLittle = exif.StartsWith("II*\0"u8);
        if (exif.Length < 8 || (!isLittle && !exif.StartsWith("MM\0*"u8)))
            return SKEncodedOrigin.TopLeft;

        var directory = isLittle ? BinaryPrimitives.ReadUInt32LittleEndian(exif[4..]) : BinaryPrimitives.ReadUInt32BigEndian(exif[4..]);
        if (directory > exif.Length - 2)
            return SKEncodedOrigin.TopLeft;
        var entries = exif[(int)directory..];
        var count = Short(entries);
        entries = entries[2..];
        for (; count > 0 && entries.Length >= 12; count--, entries = entries[12..])
        {
            // An entry: tag, type, number of values, and a value of up to four bytes.
            if (Short(entries) == OrientationTag && Short(entries[2..]) == ShortType)
                return Short(entries[8..]) is >= 1 and <= 8 and var orientation ? (SKEncodedOrigin)orientation : SKEncodedOrigin.TopLeft;
        }
        return SKEncodedOrigin.TopLeft;

        ushort Short(ReadOnlySpan<byte> bytes) => isLittle ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : BinaryPrimitives.ReadUInt16BigEndian(bytes);
    }
}
