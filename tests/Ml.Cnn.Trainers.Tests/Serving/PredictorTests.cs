using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.ML;
using Microsoft.ML.Data;
using SkiaSharp;

namespace Ml.Cnn.Trainers.Tests.Serving;

/// <summary>Apps ask one predictor from many threads, and get what the pipeline says.</summary>
[TestClass]
public sealed class PredictorTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly CnnTransformer s_network = Train(epochs: 5);
    private static readonly byte[][] s_pixels = [.. s_mlContext.Data.GenerateDigits(40).GetColumn<byte[]>("Image")];
    private static readonly byte[][] s_files = [.. s_pixels.Select(Png)];
    private static readonly float[][] s_scores = Pipelines.Scores(s_network.Transform(s_mlContext.Data.GenerateDigits(40)));

    /// <summary>Protects everyone who moves from a pipeline: whatever way an image comes, the answer is the pipeline's.</summary>
    [TestMethod]
    public async Task Every_way_in_gives_the_pipelines_answer()
    {
        using var predictor = new CnnPredictor(s_network, new() { TopK = 10 });
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.png");
        try
        {
            for (var i = 0; i < 10; i++)
            {
                File.WriteAllBytes(path, s_files[i]);
                using var stream = new MemoryStream(s_files[i]);
                using var again = new MemoryStream(s_files[i]);
                using var image = MLImage.CreateFromStream(new MemoryStream(s_files[i]));
                CnnPrediction[] predictions =
                [
                    predictor.Predict(s_files[i]), predictor.Predict(s_files[i].AsSpan()), predictor.Predict(path), predictor.Predict(stream),
                    predictor.Predict(image), predictor.Predict(s_pixels[i], 28, 28, channels: 1), await predictor.PredictAsync(s_files[i]),
                    await predictor.PredictAsync(path), await predictor.PredictAsync(again), predictor.PredictMany([s_files[i]])[0],
                    predictor.PredictMany([path])[0],
                ];
                foreach (var prediction in predictions)
                    AssertIs(s_scores[i], prediction, predictor.ClassNames);
            }
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects who shows a few classes only, and who would rather say nothing than something doubtful.</summary>
    [TestMethod]
    public void The_best_classes_come_first_and_doubtful_ones_are_not_named()
    {
        using var sure = new CnnPredictor(s_network, new() { TopK = 3 });
        using var doubting = new CnnPredictor(s_network, new() { TopK = 3, MinimumProbability = 0.4f });
        var abstentions = 0;
        for (var i = 0; i < s_files.Length; i++)
        {
            var prediction = sure.Predict(s_files[i]);
            Assert.HasCount(3, prediction.Classes);
            CollectionAssert.AreEqual(s_scores[i].OrderDescending().Take(3).ToArray(), prediction.Classes.Select(each => each.Probability).ToArray());
            Assert.AreEqual(prediction.Classes[0].Label, prediction.Label);
            var doubt = doubting.Predict(s_files[i]);
            Assert.AreEqual(doubt.Probability < 0.4f, doubt.IsAbstention);
            Assert.AreEqual(doubt.IsAbstention ? null : prediction.Label, doubt.Label);
            abstentions += doubt.IsAbstention ? 1 : 0;
        }
        Assert.IsGreaterThan(0, abstentions, "no digit is doubtful: the test shows nothing");
        Assert.IsLessThan(s_files.Length, abstentions);
    }

    /// <summary>Protects services from what people upload: a bad image is an answer of its own, and harms no other.</summary>
    [TestMethod]
    public void A_bad_image_is_named_and_the_others_are_answered()
    {
        using var predictor = new CnnPredictor(s_network);
        byte[][] bad = [[], [1, 2, 3], s_files[0][..40], "GIF89a"u8.ToArray()];
        foreach (var image in bad)
        {
            var error = Assert.ThrowsExactly<BadImageException>(() => predictor.Predict(image));
            Assert.AreEqual("the image", error.Images.Single().File);
        }
        var missing = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.png");
        Assert.ThrowsExactly<FileNotFoundException>(() => predictor.Predict(missing));

        var many = Enumerable.Range(0, 300).Select(i => i % 7 == 3 ? bad[i % bad.Length] : s_files[i % s_files.Length]).ToArray();
        var predictions = predictor.PredictMany([.. many.Select(bytes => (ReadOnlyMemory<byte>)bytes)]);
        Assert.HasCount(300, predictions);
        for (var i = 0; i < predictions.Count; i++)
        {
            Assert.AreEqual(i % 7 == 3, predictions[i].Defect is not null, $"image {i}");
            if (predictions[i].Defect is null)
                AssertIs(s_scores[i % s_files.Length], predictions[i], predictor.ClassNames);
            else
                Assert.IsTrue(predictions[i] is { Label: null, Classes.Count: 0, Probability: float.NaN });
        }
        Assert.Contains("Could not find", predictor.PredictMany([missing])[0].Defect!);
    }

    /// <summary>Protects from sizes that are none.</summary>
    [TestMethod]
    public void Pixels_must_be_as_many_as_the_sizes_say()
    {
        using var predictor = new CnnPredictor(s_network);
        Assert.ThrowsExactly<ArgumentException>(() => predictor.Predict(new byte[100], 10, 11, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => predictor.Predict(new byte[100], 0, 10, 1));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => predictor.Predict(new byte[200], 10, 10, 2));
        Assert.HasCount(5, predictor.Predict(new byte[300], 10, 10).Classes);
    }

    /// <summary>Protects throughput: requests that come together are computed together, and each gets its own answer.</summary>
    [TestMethod]
    public async Task Requests_of_many_threads_are_put_together()
    {
        using var listening = new Measurements();
        using var predictor = new CnnPredictor(s_network, new()
        {
            Name = nameof(Requests_of_many_threads_are_put_together),
            Concurrency = 1,
            MaximumBatchSize = 4,
            MaximumBatchDelay = TimeSpan.FromMilliseconds(200),
        });
        var predictions = await Task.WhenAll(s_files.Select(file => predictor.PredictAsync(file)));
        for (var i = 0; i < predictions.Length; i++)
            AssertIs(s_scores[i], predictions[i], predictor.ClassNames);
        var batches = listening.Of("mlcnn.predictor.batch.size", nameof(Requests_of_many_threads_are_put_together));
        Assert.AreEqual(s_files.Length, batches.Sum());
        Assert.AreEqual(4, batches.Max());
        Assert.IsLessThan(s_files.Length / 2, batches.Count, "hardly any requests came together");
    }

    /// <summary>Protects a service under load: what it cannot take it refuses at once, and nobody waits longer than was said.</summary>
    [TestMethod]
    public async Task The_queue_and_the_wait_have_limits()
    {
        using var predictor = new CnnPredictor(s_network,
            new() { Concurrency = 1, MaximumQueueLength = 3, QueueTimeout = TimeSpan.FromMinutes(5) });
        using var impatient = new CnnPredictor(s_network, new() { Concurrency = 1, QueueTimeout = TimeSpan.FromMilliseconds(50) });
        using var cancellation = new CancellationTokenSource();
        predictor.Batcher.Enter(); // the network is at work
        impatient.Batcher.Enter();
        Assert.ThrowsExactly<TimeoutException>(() => impatient.Predict(s_files[0]));
        await Assert.ThrowsExactlyAsync<TimeoutException>(() => impatient.PredictAsync(s_files[0]));
        Assert.ThrowsExactly<TimeoutException>(() => impatient.PredictMany([s_files[0]]));

        var waiting = new[] { predictor.PredictAsync(s_files[0]), predictor.PredictAsync(s_files[1]), predictor.PredictAsync(s_files[2], cancellation.Token) };
        Assert.IsTrue(SpinWait.SpinUntil(() => predictor.QueueLength == 3, TimeSpan.FromMinutes(1)));
        var refused = Assert.ThrowsExactly<CnnPredictorBusyException>(() => predictor.Predict(s_files[3]));
        Assert.AreEqual(3, refused.Waiting);
        await cancellation.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => waiting[2]);
        Assert.IsFalse(waiting[0].IsCompleted);

        predictor.Batcher.Leave();
        AssertIs(s_scores[0], await waiting[0], predictor.ClassNames);
        AssertIs(s_scores[1], await waiting[1], predictor.ClassNames);
        AssertIs(s_scores[3], predictor.Predict(s_files[3]), predictor.ClassNames);
        impatient.Batcher.Leave();
        Assert.IsTrue(SpinWait.SpinUntil(() => impatient.QueueLength == 0, TimeSpan.FromMinutes(1)), "requests that were given up stay in the queue");
    }

    /// <summary>Protects an app that swaps its model: no request fails meanwhile, and each is answered by one of the two.</summary>
    [TestMethod]
    public void A_newer_model_is_taken_without_a_pause()
    {
        using var other = Train(epochs: 1);
        var (path, folder) = (Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.zip"), s_mlContext.Data.GenerateDigits(40));
        var otherScores = Pipelines.Scores(other.Transform(folder));
        s_mlContext.Model.Save(other, folder.Schema, path);
        try
        {
            using var predictor = new CnnPredictor(s_network, new() { TopK = 10 });
            using var stop = new CancellationTokenSource();
            var answers = 0;
            var users = Enumerable.Range(0, 3).Select(user => Task.Factory.StartNew(() =>
            {
                for (var i = user; !stop.IsCancellationRequested; i = (i + 1) % s_files.Length)
                {
                    var prediction = predictor.Predict(s_files[i]);
                    Assert.IsTrue(Is(s_scores[i], prediction) || Is(otherScores[i], prediction), "the answer is neither model's");
                    Interlocked.Increment(ref answers);
                }
            }, TaskCreationOptions.LongRunning)).ToArray();
            for (var swap = 0; swap < 10; swap++)
            {
                if (swap % 2 == 0)
                    predictor.Reload(path);
                else
                    predictor.Reload(s_network);
                var before = Volatile.Read(ref answers);
                Assert.IsTrue(SpinWait.SpinUntil(() => Volatile.Read(ref answers) > before + 20, TimeSpan.FromMinutes(1)));
            }
            predictor.Reload(path);
            stop.Cancel();
            Task.WaitAll(users);
            AssertIs(otherScores[0], predictor.Predict(s_files[0]), predictor.ClassNames);
            Assert.ThrowsExactly<FileNotFoundException>(() => predictor.Reload(path + ".missing"));
            AssertIs(otherScores[0], predictor.Predict(s_files[0]), predictor.ClassNames);
        }
        finally
        {
            File.Delete(path);
        }
        AssertIs(s_scores[0], new CnnPredictor(s_network, new() { TopK = 10 }).Predict(s_files[0]), s_network.ClassNames);
    }

    /// <summary>Protects an orderly end: what has begun is answered, nothing new is let in, and a second call is none.</summary>
    [TestMethod]
    public async Task After_its_end_a_predictor_says_so()
    {
        var predictor = new CnnPredictor(s_network, new() { Concurrency = 1 });
        predictor.Batcher.Enter();
        var waiting = predictor.PredictAsync(s_files[0]);
        Assert.IsTrue(SpinWait.SpinUntil(() => predictor.QueueLength == 1, TimeSpan.FromMinutes(1)));
        predictor.Dispose();
        predictor.Dispose();
        predictor.Batcher.Leave();
        AssertIs(s_scores[0], await waiting, s_network.ClassNames);
        Assert.ThrowsExactly<ObjectDisposedException>(() => predictor.Predict(s_files[0]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => predictor.PredictMany([s_files[0]]));
        await Assert.ThrowsExactlyAsync<ObjectDisposedException>(() => predictor.PredictAsync(s_files[0]));
        Assert.ThrowsExactly<ObjectDisposedException>(() => predictor.Reload(s_network));
    }

    /// <summary>Protects dashboards: the names and outcomes that docs/serving.md lists are told.</summary>
    [TestMethod]
    public void Traces_and_metrics_have_their_names()
    {
        var traces = new List<Activity>();
        using var tracing = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Ml.Cnn.Predictor",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = traces.Add,
        };
        ActivitySource.AddActivityListener(tracing);
        using var listening = new Measurements();
        const string Name = nameof(Traces_and_metrics_have_their_names);
        using var predictor = new CnnPredictor(s_network, new() { Name = Name, MaximumBatchDelay = TimeSpan.FromMilliseconds(1) });
        predictor.Predict(s_files[0]);
        Assert.ThrowsExactly<BadImageException>(() => predictor.Predict(Array.Empty<byte>()));

        foreach (var instrument in (string[])["queue.duration", "decode.duration", "network.duration", "batch.size"])
            Assert.HasCount(1, listening.Of($"mlcnn.predictor.{instrument}", Name), instrument);
        Assert.AreEqual(0, listening.Of("mlcnn.predictor.queue.length", Name).Sum());
        Assert.AreEqual(2, listening.Of("mlcnn.predictor.requests", Name).Sum());
        var own = traces.Where(trace => Equals(trace.GetTagItem("mlcnn.predictor.name"), Name)).ToArray();
        CollectionAssert.AreEqual(new[] { "ok", "bad_image" }, own.Select(trace => trace.GetTagItem("mlcnn.outcome")).ToArray());
        Assert.AreEqual(ActivityStatusCode.Error, own[1].Status);
    }

    /// <summary>Protects from options that mean nothing.</summary>
    [TestMethod]
    public void Options_are_checked()
    {
        Refuse(nameof(CnnPredictorOptions.TopK), options => options.TopK = 0);
        Refuse(nameof(CnnPredictorOptions.MinimumProbability), options => options.MinimumProbability = float.NaN);
        Refuse(nameof(CnnPredictorOptions.MaximumBatchSize), options => options.MaximumBatchSize = 0);
        Refuse(nameof(CnnPredictorOptions.MaximumBatchDelay), options => options.MaximumBatchDelay = TimeSpan.FromMinutes(1));
        Refuse(nameof(CnnPredictorOptions.MaximumQueueLength), options => options.MaximumQueueLength = 0);
        Refuse(nameof(CnnPredictorOptions.QueueTimeout), options => options.QueueTimeout = TimeSpan.Zero);
        Refuse(nameof(CnnPredictorOptions.Concurrency), options => options.Concurrency = 0);

        static void Refuse(string name, Action<CnnPredictorOptions> change)
        {
            var options = new CnnPredictorOptions();
            change(options);
            Assert.Contains(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new CnnPredictor(s_network, options)).Message);
        }
    }

    private static CnnTransformer Train(int epochs) =>
        s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(600), Pipelines.Options(epochs)).LastTransformer;

    private static byte[] Png(byte[] gray)
    {
        using var bitmap = new SKBitmap(28, 28, SKColorType.Gray8, SKAlphaType.Opaque);
        System.Runtime.InteropServices.Marshal.Copy(gray, 0, bitmap.GetPixels(), gray.Length);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    private static bool Is(float[] scores, CnnPrediction prediction) =>
        prediction.Classes.Select(each => each.Probability).Zip(scores.OrderDescending()).All(pair => Math.Abs(pair.First - pair.Second) < 1e-6);

    private static void AssertIs(float[] scores, CnnPrediction prediction, IReadOnlyList<string> classes)
    {
        Assert.IsTrue(Is(scores, prediction), $"{prediction} is not {scores.Max():0.000}");
        Assert.AreEqual(classes[scores.IndexOf(scores.Max())], prediction.Classes[0].Label);
    }

    /// <summary>What the meter told.</summary>
    private sealed class Measurements : IDisposable
    {
        private readonly MeterListener _listener = new();
        private readonly List<(string Instrument, object? Predictor, double Value)> _values = [];

        public Measurements()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "Ml.Cnn.Predictor")
                    listener.EnableMeasurementEvents(instrument);
            };
            _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Note(instrument, value, tags));
            _listener.Start();
        }

        public List<double> Of(string instrument, string predictor)
        {
            lock (_values)
                return [.. _values.Where(each => each.Instrument == instrument && Equals(each.Predictor, predictor)).Select(each => each.Value)];
        }

        public void Dispose() => _listener.Dispose();

        private void Note(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
        {
            object? predictor = null;
            foreach (var tag in tags)
                predictor = tag.Key == "mlcnn.predictor.name" ? tag.Value : predictor;
            lock (_values)
                _values.Add((instrument.Name, predictor, value));
        }
    }
}
