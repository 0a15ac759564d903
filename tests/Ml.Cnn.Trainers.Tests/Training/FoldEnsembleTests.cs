using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Trainings of several folds that end in one ensemble.</summary>
[TestClass]
public sealed class FoldEnsembleTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>
    /// Protects what the technique is for, on real digits: the ensemble names more test images right than its networks by themselves, and what the folds say of
    /// a network is what it is worth on images that it has not seen.
    /// </summary>
    [TestMethod]
    public void Real_digits_are_named_better_by_the_ensemble()
    {
        var digits = RealDigits.Load(s_mlContext, train: 1600, test: 1).Train;
        var (train, test) = (s_mlContext.Data.TakeRows(digits, 600), s_mlContext.Data.SkipRows(digits, 600));
        using var ensemble = Trainer(3, o => (o.Epochs, o.Augmentation) = (10, ImageAugmentation.None)).Fit(train);
        var together = Accuracy(ensemble, test);
        var alone = ensemble.CrossValidation!.Folds.Select(fold => Accuracy(fold.Model, test)).ToArray();
        Console.WriteLine($"ensemble {together:P1}, networks {string.Join(", ", alone.Select(one => $"{one:P1}"))}, "
            + $"out of fold {ensemble.CrossValidation.MicroAccuracy:P1}");
        Assert.IsGreaterThan(alone.Average() + 0.005, together);
        Assert.AreEqual(alone.Average(), ensemble.CrossValidation.MicroAccuracy, 0.05);
    }

    /// <summary>
    /// Protects the metrics: every row is scored once, by the network that has not seen it, in folds of the same proportion of classes; metrics are ML.NET's
    /// own.
    /// </summary>
    [TestMethod]
    public void Every_row_is_scored_by_the_network_that_has_not_seen_it()
    {
        var told = new List<CnnFold>();
        var digits = Keyed(s_mlContext.Data.GenerateDigits(100));
        using var ensemble = Trainer(3, _ => { }, ended: told.Add).Fit(digits);
        var all = ensemble.CrossValidation!;
        CollectionAssert.AreEqual((int[])[1, 2, 3], all.Folds.Select(fold => fold.Fold).ToArray());
        CollectionAssert.AreEqual(all.Folds.ToArray(), told);
        Assert.AreEqual(100, all.Images);
        Assert.HasCount(3, ensemble.NetworkNames);
        var metrics = s_mlContext.MulticlassClassification.Evaluate(all.ScoredHoldOutSet);
        Assert.AreEqual(metrics.MicroAccuracy, all.MicroAccuracy, 1e-9);
        Assert.AreEqual(metrics.LogLoss, all.LogLoss, 1e-5);
        foreach (var fold in all.Folds)
        {
            Assert.AreEqual(s_mlContext.MulticlassClassification.Evaluate(fold.ScoredHoldOutSet).MicroAccuracy, fold.MicroAccuracy, 1e-9);
            Assert.IsTrue(s_mlContext.Data.CountClasses(fold.ScoredHoldOutSet).All(one => one.Count is 3 or 4), "classes in the same proportion");
            Assert.AreEqual(100 - fold.Images, fold.Model.History[^1].Images);
        }
        Assert.AreNotEqual(Pipelines.Weights(all.Folds[0].Model), Pipelines.Weights(all.Folds[1].Model));
    }

    /// <summary>
    /// Protects interrupted trainings: folds that are over are not trained again, the one under way goes on, and all ends with the same weights.
    /// </summary>
    [TestMethod]
    public void A_resumed_training_goes_on_in_its_fold()
    {
        var folder = Directory.CreateTempSubdirectory("mlcnn-folds").FullName;
        try
        {
            var digits = Keyed(s_mlContext.Data.GenerateDigits(90));
            using var undisturbed = Trainer(3, _ => { }).Fit(digits);
            var epochs = 0;
            CnnEnsemble Fit(int crashAt) => Trainer(3, o =>
            {
                o.Checkpoints = new() { Folder = Path.Join(folder, "kept"), Resume = true };
                o.LogFolder = Path.Join(folder, "logs");
                o.EpochCallback = _ =>
                {
                    if (++epochs == crashAt)
                        throw new CrashException();
                };
            }).Fit(digits);
            Assert.ThrowsExactly<CrashException>(() => Fit(crashAt: 5)); // the second epoch of the second fold; its first one is kept
            epochs = 0;
            using var resumed = Fit(crashAt: -1);
            Assert.AreEqual(5, epochs, "what was not done: two epochs of the second fold and three of the third");
            Assert.AreEqual(Weights(undisturbed), Weights(resumed));
            CollectionAssert.AreEqual((string[])["fold-1", "fold-2", "fold-3"],
                Directory.GetDirectories(Path.Join(folder, "kept")).Select(Path.GetFileName).Order().ToArray());
            Assert.HasCount(4, File.ReadAllLines(Path.Join(folder, "logs", "fold-2", "epochs.csv")));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }

        static string Weights(CnnEnsemble ensemble) => string.Join(' ', ensemble.CrossValidation!.Folds.Select(fold => Pipelines.Weights(fold.Model)));
    }

    /// <summary>Protects from leaks: images of one group, such as those of a patient, are never trained on and tested.</summary>
    [TestMethod]
    public void Groups_stay_in_one_fold()
    {
        var digits = s_mlContext.Data.CreateEnumerable<Digit>(s_mlContext.Data.GenerateDigits(80), reuseRowObject: false)
            .Select((digit, i) => new GroupedDigit { Image = digit.Image, Label = digit.Label, Writer = $"writer {i % 7}" });
        var data = Keyed(s_mlContext.Data.LoadFromEnumerable(digits.ToArray()));
        using var ensemble = Trainer(3, o => o.Epochs = 1, "Writer").Fit(data);
        var writers = ensemble.CrossValidation!.Folds.Select(fold => fold.ScoredHoldOutSet.GetColumn<string>("Writer").Distinct().ToArray()).ToArray();
        Assert.HasCount(7, writers.SelectMany(names => names).ToArray(), string.Join(" | ", writers.Select(names => string.Join(", ", names))));
        Assert.AreEqual(80, ensemble.CrossValidation.Images);
        Assert.Contains("'Nobody'", Assert.Throws<ArgumentOutOfRangeException>(() => Trainer(3, _ => { }, "Nobody").Fit(data)).Message);
        Assert.Contains("7 groups of rows cannot be dealt out to 8 folds",
            Assert.Throws<InvalidOperationException>(() => Trainer(8, _ => { }, "Writer").Fit(data)).Message);
    }

    /// <summary>Protects a pipeline, in which the trainer stands where any other does, and its file; and who cancels.</summary>
    [TestMethod]
    public void Folds_are_a_trainer_in_a_pipeline()
    {
        var digits = s_mlContext.Data.GenerateDigits(60);
        var trainers = s_mlContext.MulticlassClassification.Trainers;
        var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(trainers.FoldEnsemble(trainers.LeNet(Pipelines.Options()), 2))
            .Append(s_mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(digits);
        Assert.IsInstanceOfType<CnnEnsemble>(CnnClassifier.Find(model));
        var loaded = Pipelines.Load(s_mlContext.Save(model));
        Pipelines.AssertSame(Pipelines.Scores(model.Transform(digits)), Pipelines.Scores(loaded.Transform(digits)));
        Assert.IsNull(((CnnEnsemble)CnnClassifier.Find(loaded)!).CrossValidation, "what folds came to is not saved");
        Assert.HasCount(60, model.Transform(digits).GetColumn<string>("PredictedLabel").ToArray());

        using var cancellation = new CancellationTokenSource();
        var canceled = Assert.ThrowsExactly<OperationCanceledException>(() => Trainer(2, o =>
        {
            o.CancellationToken = cancellation.Token;
            o.EpochCallback = _ => cancellation.Cancel();
        }).Fit(Keyed(digits)));
        Assert.StartsWith("Training was canceled in fold 1 of 2.", canceled.Message);
        Assert.Throws<ArgumentOutOfRangeException>(() => Trainer(1, _ => { }));
        Assert.Throws<ArgumentOutOfRangeException>(() => Trainer(2, _ => { }, " "));
    }

    private static CnnFoldTrainer Trainer(int folds, Action<CnnTrainerOptions> change, string? samplingKey = null, Action<CnnFold>? ended = null)
    {
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 3, BatchSize = 20, LearningRate = 0.05, Seed = 3 };
        change(options);
        var trainers = s_mlContext.MulticlassClassification.Trainers;
        return trainers.FoldEnsemble(trainers.Cnn((channels, classes) => new NormalizedNetwork(channels, classes), options), folds, samplingKey, ended);
    }

    private static double Accuracy(CnnClassifier model, IDataView data) =>
        s_mlContext.MulticlassClassification.Evaluate(model.Transform(data)).MicroAccuracy;

    private static IDataView Keyed(IDataView data) => s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data);

    private sealed class GroupedDigit
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";

        public string Writer { get; set; } = "";
    }
}
