using Microsoft.ML;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Epochs in which each class comes equally often.</summary>
[TestClass]
public sealed class BalancedSamplingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the counts, the turns of a large class's rows, and that an epoch is a function of the seed and its number.</summary>
    [TestMethod]
    public void Each_class_comes_equally_often_and_all_of_its_rows_take_turns()
    {
        uint[] labels = [.. Enumerable.Repeat(1u, 90), 0, .. Enumerable.Repeat(3u, 10), 0, .. Enumerable.Repeat(2u, 2)];
        var order = RowOrder.Create(labels, seed: 5, isBalanced: true);
        Assert.AreEqual(102, RowOrder.BalancedLength([90, 2, 10, 0]));
        var seen = new int[labels.Length];
        for (var epoch = 1; epoch <= 45; epoch++)
        {
            var drawn = order.Of(epoch);
            CollectionAssert.AreEqual((int[])[34, 34, 34], ((uint[])[1, 2, 3]).Select(label => drawn.Count(d => labels[d.Row] == label)).ToArray());
            foreach (var rows in drawn.GroupBy(d => d.Row))
            {
                CollectionAssert.AreEquivalent(Enumerable.Range(0, rows.Count()).ToArray(), rows.Select(d => d.Repetition).ToArray());
                seen[rows.Key] += rows.Count();
            }
            Assert.IsTrue(drawn.Where(d => labels[d.Row] == 1).Select(d => d.Row).Distinct().Count() is 34 or > 25,
                "a large class's rows do not come twice while others wait, but where one turn ends and the next begins");
            CollectionAssert.AreEqual(drawn.ToArray(), RowOrder.Create(labels, 5, isBalanced: true).Of(epoch).ToArray());
            CollectionAssert.AreNotEqual(drawn.ToArray(), RowOrder.Create(labels, 6, isBalanced: true).Of(epoch).ToArray());
        }
        // 45 × 34 draws from each class: 17 of each of 90 rows, 153 of each of 10, 765 of each of 2.
        for (var row = 0; row < labels.Length; row++)
            Assert.AreEqual(labels[row] switch { 1 => 17, 2 => 765, 3 => 153, _ => 0 }, seen[row], $"row {row}");
    }

    /// <summary>Protects every source: those that shuffle by themselves, those that cannot, and the caches; whatever the threads.</summary>
    [TestMethod]
    [DataRow(true, ImageCache.None)]
    [DataRow(false, ImageCache.None)]
    [DataRow(true, ImageCache.Memory)]
    [DataRow(true, ImageCache.File)]
    public void Every_source_can_be_balanced(bool shuffles, ImageCache cache)
    {
        var digits = s_mlContext.Data.FilterByCustomPredicate<Digit>(s_mlContext.Data.GenerateDigits(500, seed: 3), digit => !(digit.Label is "0" or "1" or "2")
            || (digit.Label != "2" && digit.Image[300] > 200));
        var rows = s_mlContext.Data.CreateEnumerable<Digit>(digits, reuseRowObject: false).ToArray();
        IDataView data = shuffles ? s_mlContext.Data.Cache(digits) : s_mlContext.Data.LoadFromEnumerable(rows);
        var counts = rows.GroupBy(row => row.Label).ToDictionary(g => g.Key, g => g.Count());
        RecordingNetwork network = null!;
        var weights = new List<string>();
        foreach (var threads in (int[])[1, 4])
            weights.Add(Pipelines.Weights(s_mlContext.FitOwn(data, (channels, classes) => network = new(channels, classes),
                o => (o.BalancedSampling, o.Cache, o.Epochs, o.ReaderThreads, o.Seed) = (true, cache, 2, threads, 4))));
        Assert.AreEqual(weights[0], weights[1]);

        var each = (rows.Length + counts.Count / 2) / counts.Count;
        Assert.HasCount(2 * each * counts.Count, network.Images);
        var first = network.Images.Take(each * counts.Count).CountBy(sum => sum).ToDictionary();
        var rarest = counts.MinBy(c => c.Value);
        Assert.IsGreaterThanOrEqualTo(each / rarest.Value, first.Values.Max());
    }

    /// <summary>Protects augmentation: an image that comes again in an epoch does not come in the same form.</summary>
    [TestMethod]
    public void Repeated_images_are_augmented_each_time_anew()
    {
        var rows = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(40), reuseRowObject: false)
            .Where(digit => digit.Label is not "0" || digit.Image.Length == 0).Append(
            s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(10), reuseRowObject: false).First(digit => digit.Label == "0")).ToArray();
        RecordingNetwork network = null!;
        s_mlContext.FitOwn(s_mlContext.Data.LoadFromEnumerable(rows), (channels, classes) => network = new(channels, classes),
            o => (o.BalancedSampling, o.Augmentation) = (true, new ImageAugmentation([new RandomRotation((-30, 30))])));
        Assert.HasCount(40, network.Images);
        Assert.IsGreaterThan(36, network.Images.Distinct().Count());
    }

    [TestMethod]
    public void Augmentation_in_the_pipeline_is_refused()
    {
        using var folder = TestImageFolder.OfDigits(20);
        var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
            .Append(s_mlContext.Transforms.RandomRotation("Image", degrees: (-20, 20)))
            .Append(s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(change: o => (o.BalancedSampling, o.ImageSize) = (true, 28))));
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => pipeline.Fit(s_mlContext.Data.LoadImageFolder(folder.Path)));
        Assert.Contains("the option Augmentation", error.Message);
    }
}
