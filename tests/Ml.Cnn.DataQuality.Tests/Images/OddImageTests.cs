using Microsoft.ML;
using SkiaSharp;

namespace Ml.Cnn.DataQuality.Tests.Images;

/// <summary>Protects what is said of images by themselves, on real photos and planted oddities.</summary>
[TestClass]
public class OddImageTests
{
    private readonly MLContext _mlContext = new(seed: 1);

    [TestMethod]
    public void Broken_blank_tiny_and_odd_images_are_named_with_the_reason()
    {
        var photos = PhotoFiles.Photos(100).Select(photo => photo.Photo).ToArray();
        var wide = new SKBitmap(1200, 150);
        using (var canvas = new SKCanvas(wide))
            canvas.DrawBitmap(photos[3], SKRect.Create(1200, 150));
        var framed = new SKBitmap(400, 400);
        framed.Erase(SKColors.White);
        using (var canvas = new SKCanvas(framed))
            canvas.DrawBitmap(photos[4], SKRect.Create(130, 130, 140, 140));
        (string Kind, string Reason, byte[] Image)[] planted =
        [
            ("Unreadable", "incomplete", photos[0].Jpeg()[..2000]), ("Blank", "one color", PhotoFiles.Plain(300, 224, SKColors.SlateGray).Jpeg()),
            ("Tiny", "24 × ", photos[1].Resized(24.0 / photos[1].Width).Jpeg()), ("Odd", "much wider for its height", wide.Jpeg()),
            ("Odd", "much darker", Scaled(photos[2], 0.06).Jpeg()), ("Odd", "wider frame", framed.Jpeg()),
            ("Odd", "far less sharp", photos[5].Resized(0.03).Resized(33).Jpeg()),
        ];
        var data = _mlContext.Data.LoadImages(photos.Select(photo => (photo.Jpeg(), "photo")).Concat(planted.Select(one => (one.Image, "photo"))));
        var report = _mlContext.MulticlassClassification.FindDataProblems(data);
        foreach (var problem in report.Problems)
            Console.WriteLine($"{problem.Row} {problem}");
        foreach (var (i, (kind, reason, _)) in planted.Index())
        {
            Assert.IsTrue(report.Problems.Any(problem => problem.Row == photos.Length + i && problem.Kind.ToString() == kind
                && problem.Reason.Contains(reason, StringComparison.Ordinal)), $"{kind}: {reason}");
        }
        var ofPhotos = report.Problems.Where(problem => problem.Row < photos.Length).ToArray();
        Assert.IsLessThanOrEqualTo(5, ofPhotos.Count(problem => !problem.Reason.Contains("is gray", StringComparison.Ordinal)),
            "photos that nothing was done to; five of them are gray");
        Assert.IsEmpty(report.Of(DataProblemKind.Unreadable).Concat(report.Of(DataProblemKind.Blank)).Concat(report.Of(DataProblemKind.Tiny))
            .Where(problem => problem.Row < photos.Length));
    }

    /// <summary>Gray images stand out among images in color, and the other way round; where both are frequent neither does.</summary>
    [TestMethod]
    [DataRow(2, "is gray, as 2 of 40")]
    [DataRow(38, "is in color, as 2 of 40")]
    [DataRow(20, null)]
    public void Rare_colors_stand_out(int gray, string? reason)
    {
        var photos = PhotoFiles.Photos(60).Where(photo => IsColored(photo.Photo)).Take(40).ToArray();
        var images = photos.Select((photo, i) => ((i < gray ? photo.Photo.Gray() : photo.Photo).Jpeg(), photo.Class));
        var report = _mlContext.MulticlassClassification.FindDataProblems(_mlContext.Data.LoadImages(images));
        var found = report.Of(DataProblemKind.Odd).Where(problem => problem.Reason.Contains("others are", StringComparison.Ordinal)).ToArray();
        Assert.HasCount(reason is null ? 0 : 2, found);
        Assert.IsTrue(found.All(problem => problem.Reason.Contains(reason!, StringComparison.Ordinal)));
    }

    private static bool IsColored(SKBitmap picture) =>
        picture.Pixels.Average(pixel => Math.Max(pixel.Red, Math.Max(pixel.Green, pixel.Blue)) - Math.Min(pixel.Red, Math.Min(pixel.Green, pixel.Blue))) > 4;

    private static SKBitmap Scaled(SKBitmap picture, double factor)
    {
        var dark = picture.Copy();
        dark.Pixels = [.. picture.Pixels.Select(pixel => new SKColor((byte)(pixel.Red * factor), (byte)(pixel.Green * factor), (byte)(pixel.Blue * factor)))];
        return dark;
    }
}
