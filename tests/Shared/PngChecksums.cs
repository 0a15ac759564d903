using System.Buffers.Binary;

namespace MlCnn.Testing;

/// <summary>Without right checksums a decoder of PNG looks no further at what was changed.</summary>
internal static class PngChecksums
{
    /// <summary>Makes the checksum of every chunk right; other files are left alone.</summary>
    public static void Repair(byte[] file)
    {
        if (file is not [0x89, (byte)'P', (byte)'N', (byte)'G', ..])
            return;
        for (var chunk = 8; chunk + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(chunk));
            if (length > file.Length - chunk - 12)
                return;
            var end = chunk + 8 + (int)length;
            BinaryPrimitives.WriteUInt32BigEndian(file.AsSpan(end), Crc32(file.AsSpan(chunk + 4, (int)length + 4)));
            chunk = end + 4;
        }
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
                crc = (crc & 1) != 0 ? crc >> 1 ^ 0xEDB88320 : crc >> 1;
        }
        return ~crc;
    }
}
