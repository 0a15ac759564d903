using System.Security.Cryptography;
using System.Text;

namespace MlCnn.Cli.BulkScoring;

/// <summary>SHA-256 of files and of names.</summary>
internal static class Hashes
{
    public static string OfFile(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 20, FileOptions.SequentialScan);
        return Convert.ToHexStringLower(SHA256.HashData(file));
    }

    /// <summary>Adds a name, with a zero at its end, which no name has.</summary>
    public static void AddName(this IncrementalHash hash, string name)
    {
        Span<byte> small = stackalloc byte[512];
        var bytes = Encoding.UTF8.GetMaxByteCount(name.Length) < small.Length ? small : new byte[Encoding.UTF8.GetMaxByteCount(name.Length) + 1];
        var length = Encoding.UTF8.GetBytes(name, bytes);
        bytes[length] = 0;
        hash.AppendData(bytes[..(length + 1)]);
    }

    public static string Text(this IncrementalHash hash) => Convert.ToHexStringLower(hash.GetHashAndReset());
}
