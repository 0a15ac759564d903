using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Weight files that were damaged, each a function of its seed.</summary>
internal sealed class MutatedWeights
{
    // Instructions that a pickle reader may know, and those of other protocols: a mutation puts one in another's place.
    private static readonly byte[] s_opcodes = [.. "(.012FGIJKLMNPQRSTUVX}]abcdeghijlopqrstu)BC"u8, .. Enumerable.Range(0x80, 0x18).Select(code => (byte)code)];

    private readonly Original[] _originals;

    public MutatedWeights(IEnumerable<byte[]> files) => _originals = [.. files.Select(Original.Of)];

    public byte[] Make(int seed)
    {
        var random = new Random(seed);
        var original = _originals[random.Next(_originals.Length)];
        if (original.Entries is null)
            return Damage(original.Bytes, random, original.IsPickle);
        // Half of the damaged archives are whole as archives: otherwise few would be read any further.
        if (random.Next(2) == 0)
            return Damage(original.Bytes, random, isPickle: false);
        return Archive(original.Entries.Select(entry => entry.Name.EndsWith("data.pkl", StringComparison.Ordinal) || random.Next(8) == 0
            ? (entry.Name, Damage(entry.Bytes, random, isPickle: true))
            : entry));
    }

    private static byte[] Damage(byte[] original, Random random, bool isPickle)
    {
        if (original.Length == 0)
            return original;
        var bytes = original.ToArray();
        switch (random.Next(isPickle ? 8 : 6))
        {
            case 0: // flipped bits anywhere
                for (var i = 1 << random.Next(5); i > 0; i--)
                    bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
                break;
            case 1: // another beginning
                for (var i = 1 << random.Next(4); i > 0; i--)
                    bytes[random.Next(Math.Min(64, bytes.Length))] = (byte)random.Next(256);
                break;
            case 2: // cut short
                return bytes[..random.Next(bytes.Length)];
            case 3: // a piece is missing
                var start = random.Next(bytes.Length);
                return [.. bytes[..start], .. bytes[random.Next(start, bytes.Length)..]];
            case 4: // a size, offset or count that is as large as can be, or zero
                var place = random.Next(bytes.Length);
                bytes.AsSpan(place, Math.Min(random.Next(1, 9), bytes.Length - place))
                    .Fill(random.Next(3) switch { 0 => (byte)0, 1 => (byte)0x7f, _ => (byte)0xff });
                break;
            case 5: // a piece is somewhere else, too
                var from = random.Next(bytes.Length);
                var piece = bytes[from..random.Next(from, bytes.Length)];
                return [.. bytes[..from], .. piece, .. bytes[from..]];
            case 6: // other instructions
                for (var i = 1 << random.Next(3); i > 0; i--)
                    bytes[random.Next(bytes.Length)] = s_opcodes[random.Next(s_opcodes.Length)];
                break;
            default: // another number where one is
                var number = bytes.AsSpan().IndexOfAny((byte)'J', (byte)'K', (byte)'M');
                if (number >= 0 && number + 5 <= bytes.Length)
                {
                    bytes[number] = (byte)'J';
                    BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(number + 1), random.Next(int.MinValue, int.MaxValue));
                }
                break;
        }
        return bytes;
    }

    private static byte[] Archive(IEnumerable<(string Name, byte[] Bytes)> entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    private sealed record Original(byte[] Bytes, bool IsPickle, (string Name, byte[] Bytes)[]? Entries)
    {
        public static Original Of(byte[] bytes)
        {
            if (!Encoding.Latin1.GetString(bytes, 0, 2).Equals("PK", StringComparison.Ordinal))
                return new(bytes, bytes[0] == 0x80, null);
            using var archive = new ZipArchive(new MemoryStream(bytes));
            return new(bytes, false, [.. archive.Entries.Select(entry =>
            {
                using var content = new MemoryStream();
                using (var stream = entry.Open())
                    stream.CopyTo(content);
                return (entry.FullName, content.ToArray());
            })]);
        }
    }
}
