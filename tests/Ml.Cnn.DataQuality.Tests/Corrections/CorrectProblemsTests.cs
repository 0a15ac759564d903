using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.DataQuality.Tests.Corrections;

/// <summary>Protects what training makes of a list of findings, as it was written and changed by hand.</summary>
[TestClass]
public sealed class CorrectProblemsTests : IDisposable
{
    private readonly MLContext _mlContext = new(seed: 1);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    /// <summary>Lines act by their action, and label errors are left out where no list changes their labels.</summary>
    [TestMethod]
    [DataRow(true, false, 3, 0, "b3 a0")]
    [DataRow(false, true, 0, 1, "a0 a1 b2 b3 a4=b")]
    [DataRow(true, true, 2, 1, "a0 b3 a4=b")]
    public void Images_are_left_out_and_relabeled_by_their_action(bool excludes, bool relabels, int excluded, int relabeled, string rows)
    {
        var list = List("file,class,proposed,action", "a/1.png,a,,exclude", "b/2.png,b,,exclude", "a/4.png,a,b,relabel", "b/3.png,b,,review");
        var corrected = Correct(list, excludes, relabels);
        Assert.AreEqual(excluded, corrected.Excluded);
        Assert.AreEqual(relabeled, corrected.Relabeled);
        Assert.IsEmpty(corrected.Unmatched);
        CollectionAssert.AreEquivalent(rows.Split(' '), Rows(corrected.Data));
    }

    /// <summary>What training does with data it can do with corrected data: shuffle, read on several cursors, split again.</summary>
    [TestMethod]
    public void Corrected_data_shuffles_and_splits()
    {
        var list = List("file,class,proposed,action", "a/1.png,a,,exclude", "a/4.png,a,b,relabel");
        var data = Correct(list, true, true).Data;
        Assert.IsTrue(data.CanShuffle);
        Assert.AreEqual(4, data.GetRowCount());
        var columns = data.Schema.ToArray();
        foreach (var cursors in (DataViewRowCursor[][])[data.GetRowCursorSet(columns, 3), [data.GetRowCursor(columns, new Random(1))]])
            CollectionAssert.AreEquivalent((string[])["a0", "b2", "b3", "a4=b"], cursors.SelectMany(Rows).ToArray());
        var folds = _mlContext.Data.CrossValidationSplitByClass(data, numberOfFolds: 2, seed: 1);
        CollectionAssert.AreEquivalent((string[])["a0", "b2", "b3", "a4=b"], folds.SelectMany(fold => Rows(fold.TestSet)).ToArray());
    }

    /// <summary>A line about an image that is gone, or whose label was put right since, does nothing and is told of.</summary>
    [TestMethod]
    public void Lines_that_fit_nothing_are_told_of()
    {
        var corrected = Correct(List("file,class,proposed,action", "a/9.png,a,,exclude", "a/0.png,c,b,relabel", "a/1.png,a,b,relabel"), true, true);
        Assert.AreEqual(0, corrected.Excluded);
        Assert.AreEqual(1, corrected.Relabeled);
        CollectionAssert.AreEquivalent((string[])["a/9.png", "a/0.png"], corrected.Unmatched.ToArray());
    }

    /// <summary>Images without files are found by their rows, and a list of files alone is enough to leave these out.</summary>
    [TestMethod]
    public void Rows_and_plain_lists_serve_too()
    {
        Assert.AreEqual(2, Correct(List("file", "a/1.png", "b/2.png"), true, false).Excluded);
        var digits = _mlContext.Data.GenerateDigits(30, seed: 1);
        var labels = digits.GetColumn<string>("Label").ToArray();
        var corrected = _mlContext.Data.CorrectProblems(digits, List("kind,file,row,class,action", $"outlier,row 7,7,{labels[7]},exclude"));
        CollectionAssert.AreEqual(labels.Where((_, row) => row != 7).ToArray(), corrected.Data.GetColumn<string>("Label").ToArray());
    }

    /// <summary>What a report writes is read back, whatever the names of files and classes hold.</summary>
    [TestMethod]
    public void A_report_written_and_read_again_changes_what_it_says()
    {
        var digits = Digit.Draw(_mlContext, 40, seed: 2);
        string[] names = ["zero, \"0\"", "eins\nzwei", "2", "3"];
        var kept = digits.Where(digit => digit.Label[0] < '4').Select(digit => (PngOf(digit.Image), names[digit.Label[0] - '0'])).ToList();
        kept.Add((kept[0].Item1, "other"));
        kept.Add(kept[1]);
        var data = _mlContext.Data.LoadImages(kept);
        var report = _mlContext.MulticlassClassification.FindDataProblems(data);
        var path = Path.Join(_folder.Path, "problems.csv");
        report.SaveCsv(path);
        var proposed = report.Problems.Where(problem => problem.Action == DataProblemAction.Exclude).Select(problem => problem.Row).Distinct().ToArray();
        CollectionAssert.AreEquivalent((long[])[0, kept.Count - 2, kept.Count - 1], proposed);
        var corrected = _mlContext.Data.CorrectProblems(data, path);
        Assert.AreEqual(3, corrected.Excluded);
        Assert.IsEmpty(corrected.Unmatched);
    }

    [TestMethod]
    [DataRow("path,action\nx,exclude", "neither a column 'file' nor a column 'row'")]
    [DataRow("file,action\nx,delete", "line 2: the action 'delete' is none of review, exclude, relabel")]
    [DataRow("row,action\nx,exclude", "line 2: 'x' is no row")]
    [DataRow("file,proposed,action\na/1.png,,relabel", "line 2: the action is relabel, and no class is proposed")]
    public void Lists_that_say_what_cannot_be_are_refused_by_their_line(string content, string expected)
    {
        var list = List(content.Split('\n'));
        var error = Assert.ThrowsExactly<InvalidDataException>(() => Correct(list, true, true));
        Assert.Contains(expected, error.Message);
        Assert.Contains(list, error.Message);
    }

    [TestMethod]
    public void A_list_that_leaves_nothing_is_refused()
    {
        var list = List(["file", .. Enumerable.Range(0, 5).Select(i => $"{(i is 2 or 3 ? "b" : "a")}/{i}.png")]);
        Assert.Contains("leaves no image", Assert.ThrowsExactly<InvalidOperationException>(() => Correct(list, true, false)).Message);
    }

    private CorrectedData Correct(string list, bool excludes, bool relabels)
    {
        for (var i = 0; i < 5; i++)
            _folder.Write($"images/{(i is 2 or 3 ? "b" : "a")}/{i}.png", PngOf(new byte[28 * 28]));
        var images = Path.Join(_folder.Path, "images");
        return _mlContext.Data.CorrectProblems(_mlContext.Data.LoadImageFolder(images), excludes ? list : null, relabels ? list : null, folder: images);
    }

    private string List(params string[] lines)
    {
        var path = Path.Join(_folder.Path, "list.csv");
        File.WriteAllLines(path, lines);
        return path;
    }

    private static byte[] PngOf(byte[] gray)
    {
        using var bitmap = new SkiaSharp.SKBitmap(new SkiaSharp.SKImageInfo(28, 28, SkiaSharp.SKColorType.Gray8, SkiaSharp.SKAlphaType.Opaque));
        System.Runtime.InteropServices.Marshal.Copy(gray, 0, bitmap.GetPixels(), gray.Length);
        return bitmap.Encode(SkiaSharp.SKEncodedImageFormat.Png, 100).ToArray();
    }

    private static string[] Rows(IDataView data)
    {
        using var cursor = data.GetRowCursor(data.Schema);
        return [.. Rows(cursor)];
    }

    /// <summary>"a4=b": the image 4 in the folder a, with the label b.</summary>
    private static List<string> Rows(DataViewRowCursor cursor)
    {
        List<string> rows = [];
        var getPath = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["ImagePath"]);
        var getLabel = cursor.GetGetter<ReadOnlyMemory<char>>(cursor.Schema["Label"]);
        ReadOnlyMemory<char> path = default, label = default;
        while (cursor.MoveNext())
        {
            getPath(ref path);
            getLabel(ref label);
            var folder = Path.GetFileName(Path.GetDirectoryName(path.ToString()))!;
            rows.Add($"{folder}{Path.GetFileNameWithoutExtension(path.ToString())}{(folder == label.ToString() ? "" : $"={label}")}");
        }
        return rows;
    }
}
