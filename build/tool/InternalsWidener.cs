using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Ml.Cnn.BuildTool;

/// <summary>
/// Turns "internal" into "public" in the metadata of an assembly (ECMA-335, II.22 TypeDef, MethodDef, Field;
/// II.23.1 the flags). Only flags change: every row, heap and method body stays where it is.
/// </summary>
internal static class InternalsWidener
{
    public static byte[] Widen(byte[] image)
    {
        using var peReader = new PEReader(new MemoryStream(image));
        var reader = peReader.GetMetadataReader();
        var metadata = peReader.PEHeaders.MetadataStartOffset;

        // TypeDef: Flags is the first column, four bytes; visibility is its lowest three bits.
        Patch(image, metadata, reader, TableIndex.TypeDef, column: 0, mask: (int)TypeAttributes.VisibilityMask, visibility => (TypeAttributes)visibility switch
        {
            TypeAttributes.NotPublic => (int)TypeAttributes.Public,
            TypeAttributes.NestedAssembly => (int)TypeAttributes.NestedPublic,
            _ => visibility,
        });
        // MethodDef: RVA (4), ImplFlags (2), Flags (2). Field: Flags (2). Both keep access in the lowest three bits.
        Patch(image, metadata, reader, TableIndex.MethodDef, column: 6, mask: (int)MethodAttributes.MemberAccessMask, WidenMember);
        Patch(image, metadata, reader, TableIndex.Field, column: 0, mask: (int)FieldAttributes.FieldAccessMask, WidenMember);
        return image;
    }

    // FieldAttributes and MethodAttributes number their access levels alike.
    private static int WidenMember(int access) =>
        (MethodAttributes)access == MethodAttributes.Assembly ? (int)MethodAttributes.Public : access;

    private static void Patch(byte[] image, int metadata, MetadataReader reader, TableIndex table, int column, int mask, Func<int, int> change)
    {
        var start = metadata + reader.GetTableMetadataOffset(table) + column;
        var rowSize = reader.GetTableRowSize(table);
        for (var row = 0; row < reader.GetTableRowCount(table); row++)
        {
            ref var flags = ref image[start + row * rowSize];
            flags = (byte)((flags & ~mask) | change(flags & mask));
        }
    }
}
