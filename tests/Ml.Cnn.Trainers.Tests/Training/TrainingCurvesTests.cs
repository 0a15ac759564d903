using Ml.Cnn.Trainers.Metrics;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>The image of a training's curves, as pixels.</summary>
[TestClass]
public sealed class TrainingCurvesTests
{
    /// <summary>Protects the curve from one epoch that went astray: the others are still told apart, on a logarithmic axis.</summary>
    [TestMethod]
    [DataRow(480.0)]
    [DataRow(1e12)]
    public void One_epoch_far_above_the_others_does_not_flatten_them(double astray)
    {
        var usual = HeightOfTrainingLoss(History(20, epoch => 2.2 / epoch));
        var flattened = HeightOfTrainingLoss(History(20, epoch => epoch == 7 ? astray : 2.2 / epoch));
        Assert.IsGreaterThan(usual / 10, flattened);
    }

    [TestMethod]
    [DataRow(1, 0.5)]
    [DataRow(20, double.NaN)]
    [DataRow(20, double.PositiveInfinity)]
    [DataRow(20, 0)]
    [DataRow(300, 480)]
    public void Any_history_can_be_drawn(int epochs, double loss)
    {
        using var stream = new MemoryStream();
        TrainingCurves.Save(History(epochs, epoch => epoch > epochs / 2 ? loss : 1), stream);
        using var image = SKBitmap.Decode(stream.ToArray());
        Assert.AreEqual(1200, image.Width);
    }

    private static CnnEpoch[] History(int epochs, Func<int, double> validationLoss) =>
        [.. Enumerable.Range(1, epochs).Select(i => new CnnEpoch
        {
            Epoch = i,
            Epochs = epochs,
            Metrics = MetricValues.Of((Metric.Loss, 2.0 / i), (Metric.Accuracy, 0.5)),
            ValidationMetrics = MetricValues.Of((Metric.Loss, validationLoss(i)), (Metric.Accuracy, 0.5)),
            LearningRate = 0.1,
            Images = 100,
            Seconds = 1,
            IsBest = i == 1,
        })];

    /// <summary>Rows from the highest to the lowest blue pixel of the loss's chart, without the legend above it.</summary>
    private static int HeightOfTrainingLoss(CnnEpoch[] history)
    {
        using var stream = new MemoryStream();
        TrainingCurves.Save(history, stream);
        using var image = SKBitmap.Decode(stream.ToArray());
        var (first, last) = (130, image.Height * 7 / 10); // below the legend, above the learning rate's chart
        var rows = Enumerable.Range(first, last - first)
            .Where(y => Enumerable.Range(0, image.Width / 2).Any(x => image.GetPixel(x, y) is { Red: 0x1f, Green: 0x77, Blue: 0xb4 })).ToArray();
        return rows[^1] - rows[0];
    }
}
