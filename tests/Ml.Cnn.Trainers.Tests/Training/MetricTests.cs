using System.Text.Json;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Progress;
using Ml.Cnn.Trainers.Training.Reporting;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What batches come to, summed over a pass, and the names and places that it has in files.</summary>
[TestClass]
public sealed class MetricTests
{
    /// <summary>Protects means over batches of different sizes: each image counts the same.</summary>
    [TestMethod]
    public void Metrics_are_means_over_images()
    {
        using var scope = NewDisposeScope();
        var totals = new PassTotals();
        totals.Add(Batch(labels: [5, 0, 1], loss: 3));
        totals.Add(Batch(labels: [5], loss: 1));
        Assert.AreEqual(MetricValues.Of((Metric.Loss, 2.5), (Metric.Accuracy, 0.5), (Metric.Top5Accuracy, 0.75)), totals.Metrics);
        Assert.AreEqual("loss 2.5000, accuracy 0.5000, top5Accuracy 0.7500", totals.Metrics.ToString());
        Assert.AreEqual(4, totals.Images);

        // Outputs rise from class 0 to class 5: class 5 is the best, and all but class 0 are among the best five.
        static MetricSums Batch(long[] labels, float loss) =>
            new BatchMeasures(labels.Length, new(arange(6, ScalarType.Float32).expand(labels.Length, 6), tensor(labels), tensor(loss))).Read();
    }

    /// <summary>With five classes every image is among the best five: nothing is measured, and nothing is told.</summary>
    [TestMethod]
    public void Five_classes_have_no_top_5()
    {
        using var scope = NewDisposeScope();
        var sums = new BatchMeasures(2, new(rand(2, 5), zeros(2, ScalarType.Int64), tensor(1f))).Read();
        CollectionAssert.AreEqual((string[])["loss", "accuracy"], sums.Values.Keys.ToArray());
        Assert.IsNull(new CnnStep { Metrics = sums.Values }.Top5Accuracy);
    }

    /// <summary>
    /// Protects checkpoints in the middle of an epoch: the sums come back as they were, and so do those of before there was a list of metrics.
    /// </summary>
    [TestMethod]
    [DataRow("""{"images": 10, "loss": 25, "correct": 5, "seconds": 2.5, "inTop5": 8}""", "loss 2.5000, accuracy 0.5000, top5Accuracy 0.8000")]
    [DataRow("""{"images": 10, "loss": 25, "correct": 5, "seconds": 2.5, "inTop5": null}""", "loss 2.5000, accuracy 0.5000")]
    [DataRow("""{"images": 10, "seconds": 2.5, "metrics": {"loss": [25], "accuracy": [5]}}""", "loss 2.5000, accuracy 0.5000")]
    public void Sums_of_a_checkpoint_are_read(string json, string expected)
    {
        var sums = JsonSerializer.Deserialize<MetricSums>(json, JsonFormat.Options)!;
        var again = JsonSerializer.Deserialize<MetricSums>(JsonSerializer.Serialize(sums, JsonFormat.Options), JsonFormat.Options)!;
        Assert.AreEqual(expected, again.Values.ToString());
        Assert.AreEqual((10, 2.5), (again.Images, again.Seconds));
    }

    /// <summary>A metric that an earlier part of an epoch did not measure says nothing about that epoch: half of its images would count as zeros.</summary>
    [TestMethod]
    public void A_metric_that_a_part_lacks_is_left_out()
    {
        var totals = new PassTotals(new() { Images = 2, Metrics = new Dictionary<string, double[]> { ["loss"] = [4] } });
        totals.Add(new() { Images = 2, Metrics = new Dictionary<string, double[]> { ["loss"] = [2], ["accuracy"] = [1] } });
        Assert.AreEqual("loss 1.5000", totals.Metrics.ToString());
    }

    /// <summary>Protects programs that read the logs: columns keep their names and places.</summary>
    [TestMethod]
    public void Log_files_have_the_columns_that_they_had()
    {
        Assert.AreEqual("epoch,epochs,loss,accuracy,validationLoss,validationAccuracy,learningRate,images,seconds,isBest,steps,top5Accuracy,"
            + "validationTop5Accuracy,imagesPerSecond,validationImagesPerSecond,peakMemory", LineFormat.Csv.Header(RecordColumns.OfEpoch));
        Assert.AreEqual("step,epoch,images,loss,accuracy,top5Accuracy,learningRate,imagesPerSecond", LineFormat.Csv.Header(RecordColumns.OfStep));
        Assert.AreEqual("3,9,0.5,NaN,,,0.1,20,2,true,7,,,10,,0", LineFormat.Csv.Line(Epoch()));
        Assert.AreEqual(
            "{'epoch':3,'epochs':9,'loss':0.5,'accuracy':'NaN','validationLoss':null,'validationAccuracy':null,'learningRate':0.1,'images':20,'seconds':2,"
            + "'isBest':true,'steps':7,'top5Accuracy':null,'validationTop5Accuracy':null,'imagesPerSecond':10,'validationImagesPerSecond':null,'peakMemory':0}",
            LineFormat.Json.Line(Epoch()).Replace('"', '\''));
    }

    /// <summary>Users' own serializers, whatever their names' case, write an epoch flat and read it back.</summary>
    [TestMethod]
    public void An_epoch_comes_back_from_JSON()
    {
        var epoch = Epoch() with
        {
            Metrics = MetricValues.Of((Metric.Loss, 0.5), (Metric.Accuracy, 0.25)),
            ValidationMetrics = MetricValues.Of((Metric.Loss, 0.75)),
        };
        StringAssert.Contains(JsonSerializer.Serialize(epoch), "\"ValidationLoss\":0.75");
        foreach (var options in (JsonSerializerOptions[])[JsonSerializerOptions.Default, JsonSerializerOptions.Web, JsonFormat.Options])
            Assert.AreEqual(epoch, JsonSerializer.Deserialize<CnnEpoch>(JsonSerializer.Serialize(epoch, options), options));
        Assert.AreEqual("epoch 3/9: loss 0.5000, accuracy 0.2500, validation loss 0.7500, 10 images/s", epoch.ToString());
        Assert.ThrowsExactly<JsonException>(() => JsonSerializer.Deserialize<CnnEpoch>("""{"Epoch": 3}"""));
    }

    private static CnnEpoch Epoch() => new()
    {
        Epoch = 3,
        Epochs = 9,
        Metrics = MetricValues.Of((Metric.Loss, 0.5), (Metric.Accuracy, double.NaN)),
        LearningRate = 0.1,
        Images = 20,
        Seconds = 2,
        Steps = 7,
        IsBest = true,
    };
}
