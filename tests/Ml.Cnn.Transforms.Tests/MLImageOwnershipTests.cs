using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>Who disposes of an MLImage: a getter that makes images, of the one that it is handed. Readers do not.</summary>
[TestClass]
public sealed class MLImageOwnershipTests
{
    private const int Side = 2000; // 16 MB an image
    private const int Rows = 200;  // 3.2 GB

    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the user's images: looking at a data set leaves them as they are, so that it can be looked at again and trained on.</summary>
    [TestMethod]
    public void Images_of_an_enumerable_outlive_those_who_look_at_them()
    {
        Row[] rows = [.. Enumerable.Range(0, 20).Select(i => new Row { Image = Image(16, (byte)i), Label = $"{i % 2}" })];
        var data = s_mlContext.Data.LoadFromEnumerable(rows);
        for (var pass = 0; pass < 2; pass++)
        {
            var report = s_mlContext.Data.InspectImages(data);
            Assert.AreEqual((20L, 0), (report.Images, report.BadFiles.Count));
            Assert.IsNotEmpty(s_mlContext.Data.DrawAugmentations(data, new ImageAugmentation([]), images: 4, views: 1, imageSize: 16));
            Assert.HasCount(9, ColorComponents.Of(data, "Image").Directions);
        }
        Assert.IsTrue(rows.All(row => row.Image.Width == 16));
    }

    /// <summary>
    /// Protects memory: of images that a loader makes one is alive at a time, and of images that are made for a pass and forgotten no more than
    /// fit into 256 MB, beside what malloc keeps of freed ones.
    /// </summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void Images_do_not_pile_up(bool isLoader)
    {
        using var folder = new TemporaryFolder();
        var data = isLoader ? Loaded(folder) : s_mlContext.Data.LoadFromEnumerable(Made());
        s_mlContext.Data.InspectImages(s_mlContext.Data.TakeRows(data, 10)); // what only the first call needs
        GC.Collect();
        using var stop = new CancellationTokenSource();
        var (before, peak) = (WorkingSet(), 0L);
        var watch = Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                peak = Math.Max(peak, WorkingSet());
                await Task.Delay(10);
            }
        });
        var report = s_mlContext.Data.InspectImages(data);
        stop.Cancel();
        watch.Wait();

        Assert.AreEqual((long)Rows, report.Images);
        Assert.IsLessThan(isLoader ? 200 : 400, (peak - before) >> 20, "MB");
    }

    private static IDataView Loaded(TemporaryFolder folder)
    {
        var path = Path.Join(folder.Path, "image.png");
        using (var image = Image(Side, 7))
            image.Save(path);
        var paths = s_mlContext.Data.LoadFromEnumerable(Enumerable.Range(0, Rows).Select(_ => new File { ImagePath = path, Label = "a" }).ToArray());
        return s_mlContext.Transforms.LoadImages("Image", null, "ImagePath").Fit(paths).Transform(paths);
    }

    private static IEnumerable<Row> Made()
    {
        var pixels = Pixels(Side, 7); // one array: managed memory alone would make the garbage collector look
        for (var i = 0; i < Rows; i++)
        {
            BitConverter.TryWriteBytes(pixels, i); // no duplicates, for whose names InspectImages would go over the rows once more
            pixels[3] = 255;
            yield return new Row { Image = MLImage.CreateFromPixels(Side, Side, MLPixelFormat.Bgra32, pixels), Label = "a" };
        }
    }

    private static MLImage Image(int side, byte value) => MLImage.CreateFromPixels(side, side, MLPixelFormat.Bgra32, Pixels(side, value));

    private static byte[] Pixels(int side, byte value)
    {
        var pixels = new byte[side * side * 4];
        Array.Fill(pixels, value);
        for (var i = 3; i < pixels.Length; i += 4)
            pixels[i] = 255;
        return pixels;
    }

    private static long WorkingSet()
    {
        using var process = Process.GetCurrentProcess();
        return process.WorkingSet64;
    }

    private sealed class Row
    {
        [ImageType(1, 1)]
        public MLImage Image { get; set; } = null!;

        public string Label { get; set; } = "";
    }

    private sealed class File
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }
}
