using Microsoft.ML;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ImageFormatsTests
{
    private static readonly MLContext Context = new();

    /// <summary>A class of files with a rare ending must not vanish.</summary>
    [TestMethod]
    public void Every_extension_is_found_and_decoded_from_folders_archives_and_lists()
    {
        var contents = new Dictionary<string, string>
        {
            [".png"] = "alpha.png",
            [".apng"] = "alpha.png",
            [".webp"] = "lossy.webp",
            [".bmp"] = "color.bmp",
            [".dib"] = "color.bmp",
            [".gif"] = "two-frames.gif",
        };
        using var folder = new TemporaryFolder();
        foreach (var extension in ImageFormats.Extensions)
            folder.Write($"set/class {extension[1..]}/1{extension}", ReferenceImages.Read(contents.GetValueOrDefault(extension, "baseline.jpg")));
        var tar = Path.Join(folder.Path, "set.tar");
        var zip = Path.Join(folder.Path, "set.zip");
        System.Formats.Tar.TarFile.CreateFromDirectory(Path.Join(folder.Path, "set"), tar, includeBaseDirectory: true);
        System.IO.Compression.ZipFile.CreateFromDirectory(Path.Join(folder.Path, "set"), zip);
        var list = folder.Write("list.csv", [.. System.Text.Encoding.UTF8.GetBytes(
            string.Join('\n', ImageFormats.Extensions.Select(extension => $"set/class {extension[1..]}/1{extension},{extension}")))]);

        foreach (var data in (IDataView[])[Context.Data.LoadImageFolder(Path.Join(folder.Path, "set")), Context.Data.LoadImageArchive(tar),
            Context.Data.LoadImageArchive(zip), Context.Data.LoadImageList(list)])
        {
            var report = Context.Data.InspectImages(data);
            Assert.AreEqual(ImageFormats.Extensions.Count, report.Images);
            Assert.IsEmpty(report.BadFiles);
            Assert.IsEmpty(report.PassedOver);
        }
        Assert.IsTrue(ImageFormats.Extensions.All(extension => ImageFormats.IsImageName("X" + extension.ToUpperInvariant())));
        Assert.IsFalse(ImageFormats.IsImageName("x.tif"));
    }

    /// <summary>A format that is not read is named, by the ending where files are passed over and by the content where one is read.</summary>
    [TestMethod]
    public void Formats_that_are_not_read_are_named()
    {
        byte[] Brand(string brand) => [0, 0, 0, 24, .. System.Text.Encoding.ASCII.GetBytes("ftyp" + brand)];
        foreach (var (format, bytes) in (ReadOnlySpan<(string, byte[])>)[("TIFF", [.. "II*\0\x08\0\0\0"u8]), ("TIFF", [.. "MM\0*\0\0\0\x08"u8]),
            ("HEIC", Brand("heic")), ("HEIC", Brand("mif1")), ("AVIF", Brand("avif")), ("JPEG XL", [0xFF, 0x0A, 0, 0])])
        {
            var message = Assert.ThrowsExactly<ImageDecodingException>(() => Decoding.ImageDecoder.Decode(bytes)).Message;
            Assert.AreEqual($"The image is not read: {format}; JPEG, PNG, WebP, BMP and GIF are.", message);
        }
    }

    /// <summary>Protects services: what is no image, and what is too large, shows before memory is taken for pixels.</summary>
    [TestMethod]
    public void A_files_beginning_tells_whether_it_is_read_and_how_large_it_is()
    {
        foreach (var name in (string[])["baseline.jpg", "orientation-6.jpg", "alpha.png", "lossy.webp", "color.bmp", "two-frames.gif"])
        {
            var file = ReferenceImages.Read(name);
            var image = ReferenceImages.Decode(name);
            Assert.IsTrue(ImageFormats.Recognizes(file.AsSpan(0, 16)), name);
            var header = ImageFormats.ReadHeader(file);
            Assert.AreEqual((image.Width, image.Height), (header.Width, header.Height), name);
            Assert.ThrowsExactly<ImageDecodingException>(() => ImageFormats.ReadHeader(file.AsSpan(0, 16)), name);
        }
        foreach (var other in (byte[][])[[], [.. "II*\0\x08\0\0\0"u8], [.. "<svg xmlns="u8], [0, 0, 1, 0, 1, 0, 16, 16, 0, 0]])
        {
            Assert.IsFalse(ImageFormats.Recognizes(other));
            Assert.AreNotEqual("", Assert.ThrowsExactly<ImageDecodingException>(() => ImageFormats.ReadHeader(other)).Message);
        }
    }

    [TestMethod]
    public void Files_that_are_passed_over_are_counted_by_kind()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["a/1.png", "a/2.TIF", "a/deeper/3.tif", "a/notes.txt",
            "b/1.png", "b/4.heic", "b/README", "b/.hidden.tif", "stray.png", "LICENSE"])
            folder.Write(name, ReferenceImages.Read("alpha.png"));
        PassedOverFiles[] expected = [new(".tif", 2), new(".heic", 1), new(".txt", 1), new("no extension", 1), new("outside of class folders", 1)];

        var data = Context.Data.LoadImageFolder(folder.Path);

        CollectionAssert.AreEqual(expected, Context.Data.InspectImages(data).PassedOver.ToArray());
        Assert.AreEqual("2 .tif, 1 .heic, 1 .txt, 1 no extension, 1 outside of class folders; not read: TIFF, HEIC", PassedOverFiles.Describe(expected));
        // Through whatever stands between: a pipeline, a shuffle, a part.
        var pipeline = Context.Transforms.Conversion.MapValueToKey("Label").Append(Context.Transforms.LoadRawImageBytes("Image", null, "ImagePath"));
        var parts = Context.Data.TrainTestSplitByClass(Context.Data.ShuffleRows(pipeline.Fit(data).Transform(data)), testFraction: 0.5);
        CollectionAssert.AreEqual(expected, Context.Data.InspectImages(parts.TrainSet).PassedOver.ToArray());
        var part = Context.Data.TrainTestSplitByClass(data, testFraction: 0.5).TrainSet;
        CollectionAssert.AreEqual(expected, Context.Data.InspectImages(part).PassedOver.ToArray());
    }

    [TestMethod]
    public void A_class_folder_without_a_readable_file_is_an_error_that_names_it()
    {
        using var folder = new TemporaryFolder();
        foreach (var name in (string[])["a/1.png", "b/1.tif", "b/2.tif"])
            folder.Write(name, ReferenceImages.Read("alpha.png"));
        Directory.CreateDirectory(Path.Join(folder.Path, "c"));

        var message = Assert.ThrowsExactly<InvalidOperationException>(() => Context.Data.LoadImageFolder(folder.Path)).Message;

        Assert.AreEqual($"2 class folders of '{folder.Path}' hold no image that can be read: 'b' (2 .tif; not read: TIFF), 'c' (empty). "
            + "Move such folders away, or allow empty classes (allowEmptyClasses; in the command --allow-empty-classes).", message);
        var data = Context.Data.LoadImageFolder(folder.Path, allowEmptyClasses: true);
        CollectionAssert.AreEqual(new[] { "a" }, Rows.Texts(data, "Label"));
        CollectionAssert.AreEqual(new PassedOverFiles[] { new(".tif", 2) }, Context.Data.InspectImages(data).PassedOver.ToArray());
    }

    [TestMethod]
    public void A_file_that_vanishes_after_it_was_listed_is_named()
    {
        using var folder = new TemporaryFolder();
        folder.Write("a/1.png", ReferenceImages.Read("alpha.png"));
        var gone = folder.Write("b/2.png", ReferenceImages.Read("alpha.png"));
        var data = Context.Data.LoadImageFolder(folder.Path);
        File.Delete(gone);

        var bad = Context.Data.InspectImages(data).BadFiles.Single();

        Assert.AreEqual(gone, bad.File);
        Assert.Contains("Could not find file", bad.Reason);
    }
}
