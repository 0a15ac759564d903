using Microsoft.ML;

namespace Ml.Cnn.DataQuality.Tests.Neighbors;

/// <summary>Protects what is said of images that occur more than once, on real photos.</summary>
[TestClass]
public class DuplicateTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [TestMethod]
    public void Copies_that_were_resized_compressed_cropped_or_mirrored_are_found_and_nothing_else()
    {
        var photos = PhotoFiles.Photos(300);
        List<(byte[] Image, string Label)> images = [.. photos.Select(photo => (photo.Photo.Jpeg(), photo.Class))];
        var planted = new Dictionary<int, int>();
        foreach (var (i, (label, photo)) in photos.Index().Where(photo => photo.Index % 30 == 0))
        {
            foreach (var copy in (byte[][])[photo.Resized(0.5).Jpeg(), photo.Jpeg(30), photo.Cropped(0.02, 0.02, 0.02, 0.02).Jpeg(), photo.Mirrored().Jpeg()])
            {
                planted.Add(images.Count, i);
                images.Add((copy, label));
            }
        }
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadImages(images));
        var found = report.Of(DataProblemKind.NearDuplicate).ToDictionary(problem => (int)problem.Row);
        foreach (var problem in found.Values)
            Console.WriteLine($"{problem.Row} {problem.OtherRow} {problem.Reason}");
        var pairs = found.Values.Where(problem => planted.ContainsKey((int)problem.Row)).ToArray();
        Assert.IsGreaterThanOrEqualTo(0.9, pairs.Length / (double)planted.Count, "recall");
        Assert.IsTrue(pairs.All(pair => planted.GetValueOrDefault((int)pair.OtherRow!.Value, (int)pair.OtherRow.Value) == planted[(int)pair.Row]));
        Assert.IsEmpty(found.Keys.Except(planted.Keys), "photos that are in the data once");
    }

    /// <summary>Conflicting labels come first, and exact copies are told from near ones.</summary>
    [TestMethod]
    public void Equal_files_and_conflicting_labels_are_told_apart()
    {
        var photos = PhotoFiles.Photos(20);
        List<(byte[] Image, string Label)> images = [.. photos.Select(photo => (photo.Photo.Jpeg(), photo.Class))];
        images.Add(images[3]);
        images.Add((images[5].Image, "other"));
        images.Add((photos[7].Photo.Jpeg(40), "other"));
        var problems = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadImages(images)).Problems
            .Where(problem => problem.Kind is DataProblemKind.ConflictingDuplicate or DataProblemKind.Duplicate or DataProblemKind.NearDuplicate).ToArray();
        Assert.AreEqual("ConflictingDuplicate 5-21, ConflictingDuplicate 21-5, ConflictingDuplicate 7-22, ConflictingDuplicate 22-7, Duplicate 20-3",
            string.Join(", ", problems.Select(problem => $"{problem.Kind} {problem.Row}-{problem.OtherRow}")));
        Assert.Contains("byte for byte, as 'row 21', whose label is 'other'", problems[0].Reason);
        Assert.Contains("Nearly the same as 'row 22'", problems[2].Reason);
        Assert.AreEqual(DataProblemAction.Exclude, problems[4].Action);
    }

    /// <summary>What is in the validation set too is named, whatever its label.</summary>
    [TestMethod]
    public void Leaks_between_training_and_validation_are_found()
    {
        var photos = PhotoFiles.Photos(24);
        var train = photos.Take(16).Select(photo => (photo.Photo.Jpeg(), photo.Class)).ToArray();
        (byte[], string)[] validation = [.. photos.Skip(16).Select(photo => (photo.Photo.Jpeg(), photo.Class)), train[2],
            (photos[9].Photo.Resized(0.7).Jpeg(), "other")];
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadImages(train), new()
        {
            Validation = _mlContext.Data.LoadImages(validation),
        });
        Assert.AreEqual(10, report.ValidationImages);
        Assert.AreEqual("2-8, 9-9", string.Join(", ", report.Of(DataProblemKind.Leak).OrderBy(leak => leak.Row).Select(leak => $"{leak.Row}-{leak.OtherRow}")));
        Assert.Contains("'row 8' of the validation set", report.Of(DataProblemKind.Leak).First().Reason);
    }

    /// <summary>How much alike pictures must be follows from how much alike they usually are.</summary>
    [TestMethod]
    public void Digits_that_are_alike_are_no_duplicates()
    {
        var digits = Digit.Draw(_mlContext, 1000, seed: 21);
        digits.Add(new() { Image = [.. digits[4].Image.Select(level => (byte)Math.Min(255, level + 3))], Label = digits[4].Label });
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadFromEnumerable(digits));
        Assert.AreEqual("1000-4", string.Join(", ", report.Of(DataProblemKind.NearDuplicate).Select(problem => $"{problem.Row}-{problem.OtherRow}")));
    }
}
