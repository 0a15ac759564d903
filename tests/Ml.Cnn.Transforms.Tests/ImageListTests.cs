using System.Text;
using Microsoft.ML;

namespace Ml.Cnn.Transforms.Tests;

[TestClass]
public class ImageListTests
{
    private static readonly MLContext Context = new();

    [TestMethod]
    public void Relative_paths_start_from_the_list()
    {
        using var folder = new TemporaryFolder();
        var elsewhere = Path.Join(Path.GetTempPath(), "other.png");
        var list = folder.Write("lists/train.csv", Encoding.UTF8.GetBytes($"images/1.jpg,cat\n../2.png,dog\n{elsewhere},cat\n"));

        var data = Context.Data.LoadImageList(list);

        CollectionAssert.AreEqual(
            new[] { Path.Join(folder.Path, "lists", "images", "1.jpg"), Path.Join(folder.Path, "2.png"), elsewhere }, Rows.Texts(data, "ImagePath"));
        CollectionAssert.AreEqual(new[] { "cat", "dog", "cat" }, Rows.Texts(data, "Label"));
        Assert.IsTrue(data.CanShuffle);
    }

    [TestMethod]
    public void Quotes_line_ends_and_languages_are_read_as_spreadsheets_write_them()
    {
        const string text = "path,label\r\n\"a, b.jpg\",\"say \"\"hi\"\"\"\r\n\r\ngröße 图.png,Ä\r\"two\r\nlines.png\",x\nin\"side.png,\"y\"";
        var expected = new[] { ("a, b.jpg", "say \"hi\""), ("größe 图.png", "Ä"), ("two\r\nlines.png", "x"), ("in\"side.png", "y") };

        foreach (var encoding in (Encoding[])[new UTF8Encoding(false), new UTF8Encoding(true), Encoding.Unicode, Encoding.BigEndianUnicode])
        {
            var read = Read("list.csv", [.. encoding.GetPreamble(), .. encoding.GetBytes(text)]);
            Assert.AreEqual(string.Join('|', expected), string.Join('|', read), encoding.EncodingName);
        }
    }

    [TestMethod]
    public void The_separator_follows_the_ending_or_the_option()
    {
        Assert.AreEqual(("a,b.png", "x"), Read("list.tsv", "a,b.png\tx"u8).Single());
        Assert.AreEqual(("a\tb.png", "x"), Read("list.txt", "a\tb.png,x"u8).Single());
        Assert.AreEqual(("a,b.png", "x"), Read("list.csv", "a,b.png;x"u8, separator: ';').Single());
        Assert.ThrowsExactly<ArgumentException>(() => Read("list.csv", "a;b"u8, separator: '"'));
    }

    [TestMethod]
    public void A_header_is_seen_or_told()
    {
        Assert.HasCount(1, Read("list.csv", "file,class\n1.jpg,a"u8));
        Assert.HasCount(2, Read("list.csv", "0.JPEG,class\n1.jpg,a"u8));
        Assert.HasCount(2, Read("list.csv", "scan.tif,class\n1.tif,a"u8, hasHeader: false));
        Assert.HasCount(1, Read("list.csv", "0.jpg,class\n1.jpg,a"u8, hasHeader: true));
        Assert.HasCount(2, Read("list.csv", "list.csv,a\n1.jpg,a"u8), "A file with that name exists.");
    }

    [TestMethod]
    public void Lines_that_are_not_a_path_and_a_label_are_named()
    {
        AssertRefused("1.jpg,a\n\n2.jpg,b,c\n", "line 3", "3 fields");
        AssertRefused("1.jpg,\"a\nb\"\n2.jpg\n", "line 3", "1 field");
        AssertRefused("1.jpg,a\n,b\n", "line 2", "path");
        AssertRefused("1.jpg,a\n2.jpg, \n", "line 2", "no label");
        AssertRefused("1.jpg,a\n\"2.jpg,b\n3.jpg,c\n", "line 2", "closing quote");
        AssertRefused("1.jpg,\"a\"b\n", "line 1", "follows a closing quote");
        AssertRefused("path;label\n1.jpg;a\n", "line 1", "comma");
        Assert.Contains("line 1: the text is not in UTF-8 (byte FF)",
            Assert.ThrowsExactly<InvalidDataException>(() => Read("list.csv", [0xFF, 0xD8, 0xFF, 0xE0, 0x80])).Message);
        foreach (var lineEnd in (string[])["\n", "\r\n", "\r"])
        {
            var latin = Encoding.Latin1.GetBytes($"path,label{lineEnd}1.jpg,a{lineEnd}2.jpg,M\u00fcll{lineEnd}3.jpg,b");
            Assert.Contains("list.csv', line 3: the text is not in UTF-8 (byte FC)",
                Assert.ThrowsExactly<InvalidDataException>(() => Read("list.csv", latin)).Message);
        }
        AssertRefused("1\0.jpg,a\n", "line 1", "UTF-16");
        Assert.ThrowsExactly<InvalidOperationException>(() => Read("list.csv", "path,label\n"u8));
        Assert.ThrowsExactly<FileNotFoundException>(() => Context.Data.LoadImageList(Path.Join(Path.GetTempPath(), "no-such-list.csv")));
    }

    /// <summary>Spaces around a label make no class of their own.</summary>
    [TestMethod]
    public void Spaces_around_fields_are_left_out_and_those_in_quotes_are_not()
    {
        var rows = Read("list.csv", " 1.jpg , cat\n2.jpg,cat \n3.jpg,cat\n \"4.jpg\" , \"cat\" \n5 b.jpg,\u00a0cat\t\n6.jpg,\" cat\"\n"u8);

        Assert.AreEqual("(1.jpg, cat)|(2.jpg, cat)|(3.jpg, cat)|(4.jpg, cat)|(5 b.jpg, cat)|(6.jpg,  cat)", string.Join('|', rows));
        Assert.AreEqual(("1.jpg", "cat"), Read("list.tsv", " 1.jpg \t cat"u8).Single());
    }

    [TestMethod]
    [DataRow("label,path\ncat,1.jpg")]
    [DataRow("path,label\n1.jpg,cat")]
    [DataRow("Class; Image_Path\ncat;1.jpg")]
    [DataRow("category,file\ncat,1.jpg")]
    [DataRow("Filename,Target\n1.jpg,cat")]
    [DataRow("breed,image\ncat,1.jpg")]
    [DataRow("class,where\ncat,1.jpg")]
    [DataRow("image,breed\n1.jpg,cat")]
    [DataRow("image,label\n1.jpg,cat")]
    [DataRow("cat,1.jpg")]
    [DataRow("1.jpg,cat")]
    public void The_label_may_come_first(string text) =>
        Assert.AreEqual(("1.jpg", "cat"), Read("list.csv", Encoding.UTF8.GetBytes(text), separator: text.Contains(';') ? ';' : null).Single());

    private static void AssertRefused(string text, params string[] parts)
    {
        var message = Assert.ThrowsExactly<InvalidDataException>(() => Read("list.csv", Encoding.UTF8.GetBytes(text))).Message;
        foreach (var part in parts)
            Assert.Contains(part, message);
        Assert.Contains("list.csv", message);
    }

    private static (string Path, string Label)[] Read(string name, ReadOnlySpan<byte> bytes, char? separator = null, bool? hasHeader = null)
    {
        using var folder = new TemporaryFolder();
        var data = Context.Data.LoadImageList(folder.Write(name, bytes.ToArray()), separator: separator, hasHeader: hasHeader);
        return [.. Rows.Texts(data, "ImagePath").Select(path => path[(folder.Path.Length + 1)..]).Zip(Rows.Texts(data, "Label"))];
    }
}
