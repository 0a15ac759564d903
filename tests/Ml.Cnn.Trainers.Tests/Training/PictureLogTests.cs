using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Microsoft.ML;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Transforms;
using SkiaSharp;
using Tensorboard;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What the logs of a training show beside curves: each class's validation images, what the network sees, its weights.</summary>
[TestClass]
public sealed class PictureLogTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-logs").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects the accuracy by class: its lines are about the images that the history's validation accuracy is about.</summary>
    [TestMethod]
    public void Classes_add_up_to_the_validation_accuracy()
    {
        var model = Fit(TrainingLogs.Csv | TrainingLogs.Json | TrainingLogs.Classes);
        var json = File.ReadAllLines(Path.Join(_folder, "classes.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        var csv = File.ReadAllLines(Path.Join(_folder, "classes.csv"));
        Assert.AreEqual("epoch,class,images,right,taken", csv[0]);
        Assert.HasCount(2 * 10, json);
        Assert.HasCount(1 + 2 * 10, csv);
        foreach (var epoch in model.History)
        {
            var lines = json.Where(line => line.GetProperty("epoch").GetInt32() == epoch.Epoch).ToArray();
            CollectionAssert.AreEqual(model.ClassNames.ToArray(), lines.Select(line => line.GetProperty("class").GetString()).ToArray());
            Assert.AreEqual(60, Sum("images"));
            Assert.AreEqual(60, Sum("taken"));
            Assert.AreEqual(epoch.ValidationAccuracy!.Value, Sum("right") / 60.0, 1e-12);

            long Sum(string name) => lines.Sum(line => line.GetProperty(name).GetInt64());
        }
    }

    /// <summary>Protects whoever looks whether augmentation and pixel scale are right: what is kept is the batch itself, in pixels.</summary>
    [TestMethod]
    public void The_first_batch_is_kept_as_pixels_with_its_classes()
    {
        var model = Fit(TrainingLogs.Csv | TrainingLogs.Batch | TrainingLogs.TensorBoard);
        var files = Directory.GetFiles(Path.Join(_folder, "batch")).Order(StringComparer.Ordinal).ToArray();
        Assert.HasCount(32, files);
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(200), reuseRowObject: false).ToArray();
        for (var i = 0; i < files.Length; i++)
        {
            var name = Path.GetFileNameWithoutExtension(files[i]);
            Assert.AreEqual(i.ToString("00", CultureInfo.InvariantCulture), name[..2]);
            using var picture = SKBitmap.Decode(files[i]);
            var pixels = picture.Pixels.Select(pixel => pixel.Red).ToArray();
            // Without augmentation it is one of the digits of that class, pixel by pixel.
            Assert.IsTrue(digits.Any(digit => digit.Label == name[3..] && digit.Image.Zip(pixels).All(pair => Math.Abs(pair.First - pair.Second) <= 1)), name);
        }
        var tags = Events("pictures").SelectMany(e => e.Summary?.Value ?? []).Select(value => value.Tag).ToArray();
        CollectionAssert.AreEqual(files.Select(file => "batch/" + Path.GetFileNameWithoutExtension(file)).ToArray(), tags);
        Assert.HasCount(2, model.History);
    }

    /// <summary>Protects the histograms: they count every weight of the model, at its ends and in its sums.</summary>
    [TestMethod]
    public void TensorBoard_gets_weights_filters_and_the_confusion_matrix()
    {
        var model = Fit(TrainingLogs.TensorBoard | TrainingLogs.Classes | TrainingLogs.Weights);
        var events = Events("pictures").Where(e => e.Summary is not null).ToArray();
        CollectionAssert.AreEqual((long[])[1, 2], events.Select(e => e.Step).ToArray());
        var last = events[^1].Summary.Value.ToDictionary(value => value.Tag);
        var parameters = CnnSummary.Of(model).Parameters;
        var histograms = last.Values.Where(value => value.Tag.StartsWith("weights/", StringComparison.Ordinal)).Select(value => value.Histo).ToArray();
        Assert.AreEqual((double)parameters, histograms.Sum(histogram => histogram.Num));
        foreach (var histogram in histograms)
        {
            Assert.AreEqual(histogram.Num, histogram.Bucket.Sum(), 0.5);
            Assert.AreEqual(histogram.Max, histogram.BucketLimit[^1]);
            Assert.IsGreaterThanOrEqualTo(histogram.Sum * histogram.Sum / histogram.Num, histogram.SumSquares * (1 + 1e-9)); // Cauchy and Schwarz
        }
        foreach (var tag in (string[])["confusion", last.Keys.Single(tag => tag.StartsWith("filters/", StringComparison.Ordinal))])
        {
            using var picture = SKBitmap.Decode(last[tag].Image.EncodedImageString.ToByteArray());
            Assert.AreEqual((last[tag].Image.Width, last[tag].Image.Height), (picture.Width, picture.Height), tag);
        }
    }

    /// <summary>Protects resumed trainings: an epoch that is trained again replaces its lines; a class's name with commas and quotes stays one cell.</summary>
    [TestMethod]
    public void A_resumed_training_goes_on_with_its_classes()
    {
        var images = new ObservedImages(["cat, \"black\"", "dog"], Normalization.ImageNet);
        CnnEpoch[] history = [.. Enumerable.Range(1, 3).Select(number => new CnnEpoch { Epoch = number, Epochs = 4, Images = 10, Seconds = 1 })];
        Write([], history);
        Write(history[..2], history[2..]);
        var lines = File.ReadAllLines(Path.Join(_folder, "classes.csv"));
        CollectionAssert.AreEqual((string[])["epoch,class,images,right,taken", .. Enumerable.Range(1, 3)
            .SelectMany(epoch => new[] { $"{epoch},\"cat, \"\"black\"\"\",3,1,2", $"{epoch},dog,4,3,5" })], lines);

        void Write(CnnEpoch[] before, CnnEpoch[] epochs)
        {
            var options = new CnnOptions { LogFolder = _folder, Logs = TrainingLogs.Csv | TrainingLogs.Classes };
            using var logs = TrainingObservers.For(options.ToHandles(), isMain: true, 4, 100, images, message => Assert.Fail(message));
            logs.Begin(before, steps: before.Length * 5);
            foreach (var epoch in epochs)
            {
                logs.Details(new(epoch.Epoch, null!, new long[,] { { 1, 2 }, { 1, 3 } }));
                logs.Epoch(epoch);
            }
        }
    }

    private CnnTransformer Fit(TrainingLogs logs)
    {
        var data = s_mlContext.Data.GenerateDigits(200);
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data);
        return s_mlContext.MulticlassClassification.Trainers.LeNet(Pipelines.Options(epochs: 2, o =>
            (o.BatchSize, o.LogFolder, o.Logs, o.ValidationSet) = (40, _folder, logs, keys.Transform(s_mlContext.Data.GenerateDigits(60, seed: 2)))))
            .Fit(keys.Transform(data));
    }

    // Length, its checksum, data, its checksum: LogTests reads them as TensorBoard does.
    private IEnumerable<Event> Events(string run)
    {
        var file = File.ReadAllBytes(Directory.GetFiles(Path.Join(_folder, run)).Single());
        for (var at = 0; at < file.Length;)
        {
            var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
            var message = new Event();
            message.MergeFrom(new CodedInputStream(file, at + 12, length));
            yield return message;
            at += length + 16;
        }
    }

    private sealed class Digit
    {
        public string Label { get; set; } = "";

        [Microsoft.ML.Data.VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];
    }
}
