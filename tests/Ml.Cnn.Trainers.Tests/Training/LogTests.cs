using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What a training tells while it goes on: progress, callbacks, the logs of a folder.</summary>
[TestClass]
public sealed class LogTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly ObservedImages s_images = new(["0", "1"], Normalization.Mnist);
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-logs").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects whoever follows a training: every log holds every epoch and step, and they agree with the model's history.</summary>
    [TestMethod]
    public void Every_log_tells_the_model_s_history()
    {
        List<CnnStep> steps = [];
        List<CnnProgress> progress = [];
        var model = Fit(epochs: 3, o =>
        {
            (o.Logs, o.StepCallback) = (TrainingLogs.Epochs | TrainingLogs.Steps, steps.Add);
            o.Progress = new Listener(progress.Add);
        });
        Assert.HasCount(3, model.History);
        foreach (var epoch in model.History)
        {
            Assert.IsGreaterThanOrEqualTo(epoch.Accuracy, epoch.Top5Accuracy!.Value);
            Assert.IsGreaterThanOrEqualTo(epoch.ValidationAccuracy!.Value, epoch.ValidationTop5Accuracy!.Value);
            Assert.AreEqual(epoch.Epoch * 5, epoch.Steps);
            Assert.IsGreaterThan(10_000_000, epoch.PeakMemory);
        }
        CollectionAssert.AreEqual(Enumerable.Range(1, 15).Select(step => (long)step).ToArray(), steps.Select(step => step.Step).ToArray());
        Assert.AreEqual(model.History[0].Top5Accuracy!.Value, steps.Take(5).Average(step => step.Top5Accuracy!.Value), 1e-9);

        var csv = File.ReadAllLines(Path.Join(_folder, "epochs.csv")).Select(line => line.Split(',')).ToArray();
        var json = File.ReadAllLines(Path.Join(_folder, "epochs.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        Assert.HasCount(4, csv);
        CollectionAssert.AreEqual(json[0].EnumerateObject().Select(property => property.Name).ToArray(), csv[0]);
        foreach (var epoch in model.History)
        {
            Assert.AreEqual(epoch.Loss, json[epoch.Epoch - 1].GetProperty("loss").GetDouble());
            Assert.AreEqual(epoch.ValidationTop5Accuracy!.Value,
                double.Parse(csv[epoch.Epoch][Array.IndexOf(csv[0], "validationTop5Accuracy")], CultureInfo.InvariantCulture));
        }
        CollectionAssert.AreEqual(steps, File.ReadLines(Path.Join(_folder, "steps.jsonl"))
            .Select(line => JsonSerializer.Deserialize<CnnStep>(line, JsonSerializerOptions.Web)).ToArray());
        Assert.HasCount(16, File.ReadAllLines(Path.Join(_folder, "steps.csv")));

        var train = EventFiles.Read(Path.Join(_folder, "train"));
        var validation = EventFiles.Read(Path.Join(_folder, "validation"));
        foreach (var epoch in model.History)
        {
            Assert.AreEqual((float)epoch.Loss, train[("epoch/loss", epoch.Epoch)]);
            Assert.AreEqual((float)epoch.LearningRate, train[("epoch/learning_rate", epoch.Epoch)]);
            Assert.AreEqual((float)epoch.ValidationTop5Accuracy!.Value, validation[("epoch/top5_accuracy", epoch.Epoch)]);
        }
        Assert.AreEqual((float)steps[^1].Loss, EventFiles.Read(Path.Join(_folder, "steps"))[("step/loss", 15)]);

        using var curves = SkiaSharp.SKBitmap.Decode(Path.Join(_folder, "curves.png"));
        Assert.AreEqual((1200, 800), (curves.Width, curves.Height));
        Assert.AreEqual(model.History[^1], progress[^1].LastEpoch);
        Assert.IsTrue(progress.All(p => p.Memory > 10_000_000 && p.PeakMemory >= p.Memory / 2 && p.Remaining >= TimeSpan.Zero && p.Loss > 0));
    }

    /// <summary>Protects logs from what a callback throws: training ends with it, and they hold the epoch that it was thrown in.</summary>
    [TestMethod]
    public void A_callback_that_throws_ends_training_and_leaves_whole_logs()
    {
        var thrown = Assert.ThrowsExactly<NotSupportedException>(() => Fit(epochs: 3, o => o.EpochCallback = epoch =>
        {
            if (epoch.Epoch == 2)
                throw new NotSupportedException("enough");
        }));
        Assert.AreEqual("enough", thrown.Message);
        Assert.HasCount(3, File.ReadAllLines(Path.Join(_folder, "epochs.csv")));
        Assert.HasCount(2, EventFiles.Read(Path.Join(_folder, "train")).Where(value => value.Key.Tag == "epoch/loss").ToArray());
        Assert.IsTrue(File.Exists(Path.Join(_folder, "curves.png")));
    }

    /// <summary>
    /// Protects resumed trainings: what lies behind the point where they go on is dropped, a line that a kill cut off too, and the rest stays.
    /// </summary>
    [TestMethod]
    public void A_resumed_training_goes_on_with_its_logs()
    {
        CnnEpoch[] history = [.. Enumerable.Range(1, 4).Select(Epoch)];
        Write([], 0, history[..3], 6);
        File.AppendAllText(Path.Join(_folder, "steps.csv"), "7,2,1");
        File.AppendAllText(Path.Join(_folder, "steps.jsonl"), "{\"step\":7,\"ep");
        Write(history[..2], 4, history[2..], 4);

        CollectionAssert.AreEqual((string[])["epoch", "1", "2", "3", "4"], FirstFields("epochs.csv"));
        CollectionAssert.AreEqual((string[])["step", "1", "2", "3", "4", "5", "6", "7", "8"], FirstFields("steps.csv"));
        CollectionAssert.AreEqual(Enumerable.Range(1, 8).Select(step => (long)step).ToArray(),
            File.ReadLines(Path.Join(_folder, "steps.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line).GetProperty("step").GetInt64())
                .ToArray());
        Assert.HasCount(2, Directory.GetFiles(Path.Join(_folder, "train")));
        Assert.HasCount(4, EventFiles.Read(Path.Join(_folder, "train")).Where(value => value.Key.Tag == "epoch/loss").ToArray());

        static CnnEpoch Epoch(int number) =>
            new() { Epoch = number, Epochs = 4, Metrics = MetricValues.Of((Metric.Loss, 1.0 / number)), Images = 100, Seconds = 1 };

        void Write(CnnEpoch[] before, long stepsBefore, CnnEpoch[] epochs, int steps)
        {
            var options = new CnnOptions { LogFolder = _folder, Logs = TrainingLogs.Epochs | TrainingLogs.Steps };
            using var logs = TrainingObservers.For(options.ToHandles(), isMain: true, 4, 100, s_images, message => Assert.Fail(message));
            logs.Begin(before, stepsBefore);
            for (var step = 1; step <= steps; step++)
                logs.Step(new() { Step = stepsBefore + step, Epoch = 1, Metrics = MetricValues.Of((Metric.Loss, double.NaN)) }, new PassTotals());
            foreach (var epoch in epochs)
                logs.Epoch(epoch);
        }

        string[] FirstFields(string file) => [.. File.ReadLines(Path.Join(_folder, file)).Select(line => line.Split(',')[0])];
    }

    private CnnTransformer Fit(int epochs, Action<CnnTrainerOptions> change)
    {
        var keys = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(200));
        var options = Pipelines.Options(epochs, o =>
            (o.BatchSize, o.LogFolder, o.ValidationSet) = (40, _folder, keys.Transform(s_mlContext.Data.GenerateDigits(60, seed: 2))));
        change(options);
        return s_mlContext.MulticlassClassification.Trainers.LeNet(options).Fit(keys.Transform(s_mlContext.Data.GenerateDigits(200)));
    }

    private sealed class Listener(Action<CnnProgress> report) : IProgress<CnnProgress>
    {
        public void Report(CnnProgress value) => report(value);
    }

    /// <summary>Reads event files as TensorBoard does, with nothing of the library's: records, CRC-32C bit by bit, protobuf field by field.</summary>
    private static class EventFiles
    {
        private const ulong WallTime = 1, Step = 2, SummaryField = 5, SessionLog = 7;

        public static Dictionary<(string Tag, long Step), float> Read(string folder)
        {
            Dictionary<(string Tag, long Step), float> values = [];
            foreach (var file in Directory.GetFiles(folder).Order(StringComparer.Ordinal))
                foreach (var record in Records(File.ReadAllBytes(file)))
                {
                    var fields = Fields(record).ToArray();
                    Assert.IsGreaterThan(1.6e9, BitConverter.Int64BitsToDouble((long)fields.Single(f => f.Number == WallTime).Value));
                    var step = (long)fields.SingleOrDefault(f => f.Number == Step).Value;
                    if (fields.Any(f => f.Number == SessionLog))
                        foreach (var later in values.Keys.Where(key => key.Step >= step).ToArray())
                            values.Remove(later);
                    foreach (var summary in fields.Where(f => f.Number == SummaryField))
                        foreach (var (_, _, value) in Fields(summary.Bytes))
                        {
                            var parts = Fields(value).ToDictionary(f => f.Number);
                            values[(System.Text.Encoding.UTF8.GetString(parts[1].Bytes), step)] = BitConverter.UInt32BitsToSingle((uint)parts[2].Value);
                        }
                }
            return values;
        }

        private static IEnumerable<byte[]> Records(byte[] file)
        {
            for (var at = 0; at < file.Length;)
            {
                var length = (int)BinaryPrimitives.ReadUInt64LittleEndian(file.AsSpan(at));
                Assert.AreEqual(Masked(file.AsSpan(at, 8)), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 8)));
                var data = file[(at + 12)..(at + 12 + length)];
                Assert.AreEqual(Masked(data), BinaryPrimitives.ReadUInt32LittleEndian(file.AsSpan(at + 12 + length)));
                yield return data;
                at += length + 16;
            }
        }

        private static uint Masked(ReadOnlySpan<byte> data)
        {
            var crc = 0xffffffffu;
            foreach (var value in data)
            {
                crc ^= value;
                for (var bit = 0; bit < 8; bit++)
                    crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82f63b78 : crc >> 1;
            }
            crc = ~crc;
            return ((crc >> 15) | (crc << 17)) + 0xa282ead8;
        }

        private static IEnumerable<(ulong Number, ulong Value, byte[] Bytes)> Fields(byte[] message)
        {
            for (var at = 0; at < message.Length;)
            {
                var key = Varint(message, ref at);
                var (value, bytes) = (0UL, Array.Empty<byte>());
                switch (key & 7)
                {
                    case 0: value = Varint(message, ref at); break;
                    case 1: value = BitConverter.ToUInt64(message, at); at += 8; break;
                    case 5: value = BitConverter.ToUInt32(message, at); at += 4; break;
                    case 2:
                        var length = (int)Varint(message, ref at);
                        bytes = message[at..(at + length)];
                        at += length;
                        break;
                    default: Assert.Fail($"wire type {key & 7}"); break;
                }
                yield return (key >> 3, value, bytes);
            }
        }

        private static ulong Varint(byte[] message, ref int at)
        {
            var (value, shift) = (0UL, 0);
            for (; ; shift += 7)
            {
                var next = message[at++];
                value |= (ulong)(next & 0x7f) << shift;
                if (next < 0x80)
                    return value;
            }
        }
    }
}
