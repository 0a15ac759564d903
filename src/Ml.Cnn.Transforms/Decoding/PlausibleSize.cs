using System.Buffers.Binary;

namespace Ml.Cnn.Transforms.Decoding;

/// <summary>
/// The fewest bytes that an image of the announced size can be encoded in. libjpeg takes the end of the data for gray
/// image, however much is missing: a damaged header can make a small file a photo of 170 megapixels that decodes for
/// seconds into a gigabyte.
/// </summary>
internal static class PlausibleSize
{
    // An LZW code of 12 bits stands for at most some 3,800 pixels.
    private const int GifPixelsPerByte = 2600;

    // A small image on a larger canvas is a legal GIF; up to here it costs nothing.
    private const long GifCanvas = 4_000_000;

    /// <summary>Whether a GIF of that size can be an image, and not only an empty canvas.</summary>
    public static bool FitsGif(long pixels, int bytes) => pixels <= GifCanvas || pixels <= (long)bytes * GifPixelsPerByte;

    /// <summary>
    /// The bytes of the JPEG's first scan if every block were its average color: per block the shortest code of a DC
    /// difference, and in baseline files the code that ends the block (ITU-T T.81, F.1.2). 0 for what is not understood.
    /// </summary>
    public static long OfJpeg(ReadOnlySpan<byte> file)
    {
        Span<byte> shortestDc = stackalloc byte[16];
        Span<byte> endOfBlock = stackalloc byte[16];
        ReadOnlySpan<byte> frame = default;
        var progressive = false;
        for (var at = 2; at + 4 <= file.Length && file[at] == 0xFF;)
        {
            var marker = file[at + 1];
            if (marker is 0xFF or 0x01 or (>= 0xD0 and <= 0xD8))
            {
                at += marker == 0xFF ? 1 : 2;
                continue;
            }
            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]);
            if (length < 2 || length > file.Length - at - 2)
                return 0;
            var segment = file.Slice(at + 4, length - 2);
            switch (marker)
            {
                case 0xC4:
                    ReadHuffmanTables(segment, shortestDc, endOfBlock);
                    break;
                case 0xC0 or 0xC1 or 0xC2:
                    frame = segment;
                    progressive = marker == 0xC2;
                    break;
                case 0xDA:
                    return FirstScan(frame, segment, shortestDc, progressive ? default : endOfBlock) / 8;
            }
            at += 2 + length;
        }
        return 0;
    }

    private static void ReadHuffmanTables(ReadOnlySpan<byte> segment, Span<byte> shortestDc, Span<byte> endOfBlock)
    {
        while (segment.Length > 17)
        {
            var (isAc, table) = (segment[0] >= 0x10, segment[0] & 15);
            var counts = segment.Slice(1, 16);
            var symbols = 0;
            var (shortest, end) = (0, 16);
            for (var bits = 1; bits <= 16; bits++)
            {
                var count = Math.Min(counts[bits - 1], segment.Length - 17 - symbols);
                if (count > 0 && shortest == 0)
                    shortest = bits;
                if (segment.Slice(17 + symbols, count).Contains((byte)0))
                    end = Math.Min(end, bits);
                symbols += count;
            }
            if (isAc)
                endOfBlock[table] = (byte)Math.Min(end, 4 * shortest + 1); // or three runs of 16 zeros and a value
            else
                shortestDc[table] = (byte)shortest;
            segment = segment[(17 + symbols)..];
        }
    }

    /// <summary>In bits.</summary>
    private static long FirstScan(ReadOnlySpan<byte> frame, ReadOnlySpan<byte> scan, ReadOnlySpan<byte> shortestDc, ReadOnlySpan<byte> endOfBlock)
    {
        if (frame.Length < 6 || frame.Length < 6 + 3 * frame[5] || scan.Length < 1 || scan.Length < 1 + 2 * scan[0])
            return 0;
        long height = BinaryPrimitives.ReadUInt16BigEndian(frame[1..]);
        long width = BinaryPrimitives.ReadUInt16BigEndian(frame[3..]);
        var (mostAcross, mostDown) = (1, 1);
        for (var i = 0; i < frame[5]; i++)
        {
            mostAcross = Math.Max(mostAcross, frame[7 + 3 * i] >> 4);
            mostDown = Math.Max(mostDown, frame[7 + 3 * i] & 15);
        }

        var bits = 0L;
        for (var i = 0; i < scan[0]; i++)
        {
            for (var j = 0; j < frame[5]; j++)
            {
                if (frame[6 + 3 * j] != scan[1 + 2 * i])
                    continue;
                // Rounded down, so that files which are a little short stay the decoder's business.
                var blocks = width * (frame[7 + 3 * j] >> 4) / (8 * mostAcross) * (height * (frame[7 + 3 * j] & 15) / (8 * mostDown));
                var tables = scan[2 + 2 * i];
                bits += blocks * (shortestDc[tables >> 4] + (endOfBlock.IsEmpty ? 0 : endOfBlock[tables & 15]));
                break;
            }
        }
        return bits;
    }
}
