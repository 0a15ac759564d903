using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ZipArchiveTests
{
    private static readonly MLContext Context = new();

    private static readonly string[] Flowers =
    [
        "flowers/tulip/10.JPG", "flowers/tulip/2.png", "flowers/Rose/deeper/1.webp", "flowers/rose/1.jpg", "flowers/rose/notes.txt",
        "__MACOSX/flowers/rose/._1.jpg", ".git/x.png",
    ];

    [TestMethod]
    [DataRow(CompressionLevel.NoCompression)]
    [DataRow(CompressionLevel.Optimal)]
    public void Classes_and_images_come_in_ordinal_order_with_their_bytes(CompressionLevel level)
    {
        using var folder = new TemporaryFolder();
        var archive = folder.Write("flowers.bin", Zip(Flowers, level)); // told by its content

        var data = Context.Data.LoadImageArchive(archive);
        using var _ = (IDisposable)data;

        var names = new[] { "flowers/Rose/deeper/1.webp", "flowers/rose/1.jpg", "flowers/tulip/10.JPG", "flowers/tulip/2.png" };
        CollectionAssert.AreEqual(names, Rows.Texts(data, "ImagePath"));
        CollectionAssert.AreEqual(new[] { "Rose", "rose", "tulip", "tulip" }, Rows.Texts(data, "Label"));
        var images = Rows.Images(data);
        for (var i = 0; i < names.Length; i++)
            CollectionAssert.AreEqual(Content(names[i]), images[i], names[i]);
        CollectionAssert.AreEqual(new PassedOverFiles[] { new(".txt", 1) }, Context.Data.InspectImages(data).PassedOver.ToArray());
        CollectionAssert.AreEqual(new[] { archive }, Directory.GetFiles(folder.Path), "Nothing is unpacked.");
    }

    [TestMethod]
    public void Cursors_read_in_parallel()
    {
        using var folder = new TemporaryFolder();
        var names = Enumerable.Range(0, 300).Select(i => $"c{i % 3}/{i:000}.png").ToArray();
        var data = Context.Data.LoadImageArchive(folder.Write("many.zip", Zip(names)));
        var read = 0;
        Parallel.ForEach(data.GetRowCursorSet(data.Schema, 4, new Random(1)), cursor =>
        {
            var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(data.Schema["ImagePath"]);
            var getImage = cursor.GetGetter<VBuffer<byte>>(data.Schema["Image"]);
            ReadOnlyMemory<char> path = default;
            VBuffer<byte> image = default;
            while (cursor.MoveNext())
            {
                getPath(ref path);
                getImage(ref image);
                CollectionAssert.AreEqual(Content(path.ToString()), image.DenseValues().ToArray());
                Interlocked.Increment(ref read);
            }
        });
        Assert.AreEqual(300, read);
    }

    [TestMethod]
    public void Names_are_read_whatever_wrote_them()
    {
        using var folder = new TemporaryFolder();
        CollectionAssert.AreEqual(new[] { "größe 图" },
            Rows.Texts(Context.Data.LoadImageArchive(folder.Write("utf8.zip", Zip(["größe 图/1.png"]))), "Label"));
        CollectionAssert.AreEqual(new[] { "a" }, Rows.Texts(Context.Data.LoadImageArchive(folder.Write("windows.zip", Zip([@"x\a\1.png"]))), "Label"));
        var old = Zip(["gr??e/1.png"]);
        for (var i = 0; i < old.Length - 1; i++)
        {
            if (old[i] == '?' && old[i + 1] == '?')
                (old[i], old[i + 1]) = (0x94, 0xE1); // code page 437
        }
        CollectionAssert.AreEqual(new[] { "größe" }, Rows.Texts(Context.Data.LoadImageArchive(folder.Write("dos.zip", old)), "Label"));
    }

    /// <summary>Of a name that occurs twice the last one counts, as it does when unpacking; a name that leads out of the archive is counted.</summary>
    [TestMethod]
    public void Double_and_dangerous_names_are_harmless()
    {
        using var folder = new TemporaryFolder();
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in (ReadOnlySpan<(string, byte)>)[("a/1.png", 1), ("a/1.png", 2), ("../../a/evil.png", 3), ("/a/absolute.png", 4)])
            {
                using var entry = zip.CreateEntry(name).Open();
                entry.WriteByte(content);
            }
        }
        var data = Context.Data.LoadImageArchive(folder.Write("names.zip", bytes.ToArray()));

        CollectionAssert.AreEqual(new[] { "a/1.png", "a/absolute.png" }, Rows.Texts(data, "ImagePath"));
        CollectionAssert.AreEqual(new byte[] { 2, 4 }, Rows.Images(data).Select(image => image.Single()).ToArray());
        CollectionAssert.AreEqual(new PassedOverFiles[] { new("name outside of the archive", 1) }, Context.Data.InspectImages(data).PassedOver.ToArray());
    }

    [TestMethod]
    public void An_archive_in_the_format_for_large_files_is_read()
    {
        using var folder = new TemporaryFolder();
        var data = Context.Data.LoadImageArchive(folder.Write("large.zip", Zip64("a/1.png", [1, 2, 3])));
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, Rows.Images(data).Single());
    }

    [TestMethod]
    public void What_is_not_read_is_said_so()
    {
        using var folder = new TemporaryFolder();
        var encrypted = Zip(["a/1.png"]);
        encrypted[Find(encrypted, "PK\x01\x02"u8) + 8] |= 1;
        AssertRefused<InvalidDataException>("encrypted.zip", encrypted, "'a/1.png' is encrypted");
        var lzma = Zip(["a/1.png"]);
        lzma[Find(lzma, "PK\x01\x02"u8) + 10] = 14;
        AssertRefused<InvalidDataException>("lzma.zip", lzma, "'a/1.png' is packed by method 14");
        var bomb = Zip(["a/1.png"]);
        BinaryPrimitives.WriteInt32LittleEndian(bomb.AsSpan(Find(bomb, "PK\x01\x02"u8) + 24), int.MaxValue);
        AssertRefused<InvalidDataException>("bomb.zip", bomb, "announces 2147483647 bytes");
        AssertRefused<InvalidDataException>("cut.zip", Zip(Flowers)[..^30], "cut short");
        AssertRefused<InvalidDataException>("text.zip", [.. "<html>"u8], "is damaged or no zip archive");
        AssertRefused<InvalidOperationException>("empty.zip", Zip([]), "it has 0 folders and no files");
        AssertRefused<InvalidOperationException>("folders.zip", Zip(["a/", "b/"]), "it has 2 folders and no files");
        AssertRefused<InvalidOperationException>("class.zip", Zip(["x/a/1.png", "x/b/1.tif", "x/c/"]), "'b' (1 .tif; not read: TIFF), 'c' (empty)");
        AssertRefused<InvalidDataException>("x.7z", [(byte)'7', (byte)'z', 0xBC, 0xAF, 0x27, 0x1C, 0, 4],
            "is not read: .7z; archives that are read are .tar, .tar.gz, .tgz and .zip.");
        AssertRefused<InvalidDataException>("named.tar", [0xFD, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0, 0, 4], "is not read: .xz");
        AssertRefused<InvalidDataException>("x.tar.bz2", [(byte)'B', (byte)'Z', (byte)'h', (byte)'9'], "is not read: .bz2");
        AssertRefused<InvalidDataException>("x.rar", [.. "Rar!"u8, 0x1A, 7, 0], "is not read: .rar");

        void AssertRefused<T>(string name, byte[] bytes, string reason) where T : Exception
        {
            var message = Assert.ThrowsExactly<T>(() => Context.Data.LoadImageArchive(folder.Write(name, bytes))).Message;
            Assert.Contains(reason, message);
            Assert.Contains(name, message);
        }
    }

    /// <summary>Archives are downloaded, and downloads break.</summary>
    [TestMethod]
    public void Malformed_archives_are_named_or_read_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var originals = new[] { Zip(Flowers), Zip(Flowers, CompressionLevel.NoCompression), Zip64("a/1.png", new byte[300]) };
        var refused = 0;
        for (var i = 0; i < 1500; i++)
        {
            var random = new Random(i);
            var bytes = originals[random.Next(originals.Length)].ToArray();
            if (random.Next(4) == 0)
                bytes = bytes[..random.Next(bytes.Length)];
            // Two thirds of the changes go where the directory is.
            for (var flips = random.Next(1, 6); flips > 0 && bytes.Length > 0; flips--)
                bytes[random.Next(3) == 0 ? random.Next(bytes.Length) : Math.Max(0, bytes.Length - 1 - random.Next(600))] ^= (byte)(1 << random.Next(8));
            var path = folder.Write("mutated.zip", bytes);
            try
            {
                using var data = (IDisposable)Context.Data.LoadImageArchive(path, allowEmptyClasses: true);
                _ = Rows.Images((IDataView)data);
            }
            catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException)
            {
                Assert.Contains("mutated.zip", exception.Message);
                refused++;
            }
        }
        Assert.IsGreaterThan(500, refused);
    }

    private static byte[] Zip(string[] names, CompressionLevel level = CompressionLevel.Optimal)
    {
        var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var name in names)
            {
                using var entry = zip.CreateEntry(name, level).Open();
                if (!name.EndsWith('/'))
                    entry.Write(Content(name));
            }
        }
        return bytes.ToArray();
    }

    /// <summary>Every number that can stand in a field of 64 bits does.</summary>
    private static byte[] Zip64(string name, byte[] content)
    {
        var bytes = new MemoryStream();
        using var writer = new BinaryWriter(bytes, Encoding.UTF8);
        void Shorts(params int[] values) => Array.ForEach(values, value => writer.Write((ushort)value));
        void Longs(params long[] values) => Array.ForEach(values, writer.Write);
        writer.Write("PK\x03\x04"u8);
        Shorts(45, 0, 0, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, name.Length, 20);
        writer.Write(Encoding.UTF8.GetBytes(name));
        Shorts(1, 16);
        Longs(content.Length, content.Length);
        writer.Write(content);
        var directory = bytes.Position;
        writer.Write("PK\x01\x02"u8);
        Shorts(45, 45, 0, 0, 0, 0, 0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, name.Length, 28, 0, 0, 0, 0, 0, 0xFFFF, 0xFFFF);
        writer.Write(Encoding.UTF8.GetBytes(name));
        Shorts(1, 24);
        Longs(content.Length, content.Length, 0);
        var end = bytes.Position;
        writer.Write("PK\x06\x06"u8);
        Longs(44);
        Shorts(45, 45, 0, 0, 0, 0);
        Longs(1, 1, end - directory, directory);
        writer.Write("PK\x06\x07"u8);
        writer.Write(0);
        Longs(end);
        writer.Write(1);
        writer.Write("PK\x05\x06"u8);
        Shorts(0, 0, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0xFFFF, 0);
        return bytes.ToArray();
    }

    private static int Find(byte[] bytes, ReadOnlySpan<byte> what) => bytes.AsSpan().IndexOf(what);

    /// <summary>Of another length for every name, and half of it compressible.</summary>
    private static byte[] Content(string name)
    {
        var bytes = new byte[name.Sum(letter => letter) % 1500];
        new Random(bytes.Length).NextBytes(bytes.AsSpan(bytes.Length / 2));
        return bytes;
    }
}
