namespace Ml.Cnn.Transforms.Sources;

/// <summary>Kinds of archives that are not read, told by their first bytes or by their name.</summary>
internal static class UnreadArchives
{
    /// <summary>What is read, as a sentence names it.</summary>
    public const string Read = ".tar, .tar.gz, .tgz and .zip";

    private static readonly (string Extension, byte[] Signature)[] s_kinds =
    [
        (".7z", [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C]),
        (".xz", [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0]),
        (".bz2", [(byte)'B', (byte)'Z', (byte)'h']),
        (".rar", [(byte)'R', (byte)'a', (byte)'r', (byte)'!', 0x1A, 7]),
        (".zst", [0x28, 0xB5, 0x2F, 0xFD]),
        (".lz4", [4, 0x22, 0x4D, 0x18]),
    ];

    /// <exception cref="InvalidDataException">It is one of them.</exception>
    /// <param name="start">The archive's first bytes.</param>
    /// <param name="path">The archive's path.</param>
    public static void Refuse(ReadOnlySpan<byte> start, string path)
    {
        foreach (var (extension, signature) in s_kinds)
        {
            if (start.StartsWith(signature) || path.EndsWith(extension, StringComparison.OrdinalIgnoreCase))
                throw new InvalidDataException($"'{path}' is not read: {extension}; archives that are read are {Read}.");
        }
    }
}
