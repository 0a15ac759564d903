using System.Buffers.Binary;
using System.Text;

namespace Ml.Cnn.BuildTool;

/// <summary>
/// Marks one required symbol version of a 64-bit little-endian ELF library as weak, so that a loader which lacks
/// that version warns nobody and goes on (Linux Standard Base, "Symbol Versioning": .gnu.version_r, VER_FLG_WEAK).
/// </summary>
internal static class ElfVersionNeed
{
    private const uint SectionTypeGnuVersionNeed = 0x6ffffffe; // SHT_GNU_verneed
    private const ushort WeakFlag = 2;                         // VER_FLG_WEAK

    /// <returns>The same bytes with the flag set; unchanged if the library does not ask for <paramref name="version"/>.</returns>
    public static byte[] Weaken(byte[] elf, string version)
    {
        if (elf is not [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, ..])
            throw new InvalidDataException("not a 64-bit little-endian ELF file");

        var sectionTable = (long)U64(elf, 0x28);
        var sectionSize = U16(elf, 0x3a);
        var sectionCount = U16(elf, 0x3c);
        for (var s = 0; s < sectionCount; s++)
        {
            var header = sectionTable + (long)s * sectionSize;
            if (U32(elf, header + 4) != SectionTypeGnuVersionNeed)
                continue;
            var strings = (long)U64(elf, sectionTable + U32(elf, header + 0x28) * (long)sectionSize + 0x18); // sh_link: its string table
            var need = (long)U64(elf, header + 0x18);
            for (var n = U32(elf, header + 0x2c); n > 0; n--) // sh_info: number of needed files
            {
                var entry = need + U32(elf, need + 8);        // vn_aux
                for (var e = U16(elf, need + 2); e > 0; e--)  // vn_cnt
                {
                    if (NameAt(elf, strings + U32(elf, entry + 8)) == version)
                        elf[checked((int)(entry + 4))] |= (byte)WeakFlag;
                    entry += U32(elf, entry + 12);            // vna_next
                }
                need += U32(elf, need + 12);                  // vn_next
            }
        }
        return elf;
    }

    private static string NameAt(byte[] elf, long offset)
    {
        var bytes = elf.AsSpan(checked((int)offset));
        return Encoding.ASCII.GetString(bytes[..bytes.IndexOf((byte)0)]);
    }

    private static ushort U16(byte[] elf, long at) => BinaryPrimitives.ReadUInt16LittleEndian(elf.AsSpan(checked((int)at)));
    private static uint U32(byte[] elf, long at) => BinaryPrimitives.ReadUInt32LittleEndian(elf.AsSpan(checked((int)at)));
    private static ulong U64(byte[] elf, long at) => BinaryPrimitives.ReadUInt64LittleEndian(elf.AsSpan(checked((int)at)));
}
