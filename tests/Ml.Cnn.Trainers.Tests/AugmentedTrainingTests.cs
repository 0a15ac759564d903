using Microsoft.ML;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Augmentation as trainers meet it: as their own recipe, or upstream in the pipeline.</summary>
[TestClass]
public sealed class AugmentedTrainingTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);
    private static readonly ImageAugmentation s_recipe = new([new RandomCrop(padding: 0.1), new RandomRotation((-10, 10))], evaluationScale: 1.1);

    /// <summary>Protects repeatability: what is random depends on the seed, the epoch and the row, not on the number of threads.</summary>
    [TestMethod]
    public void The_same_seed_gives_the_same_weights_whatever_the_threads()
    {
        var weights = new[] { (1, 5), (3, 5), (3, 6) }.Select(run => Pipelines.Weights(s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(200),
            Pipelines.Options(epochs: 2, change: o => (o.ReaderThreads, o.Seed, o.Augmentation) = (run.Item1, run.Item2, s_recipe))).LastTransformer))
                .ToArray();
        Assert.AreEqual(weights[0], weights[1]);
        Assert.AreNotEqual(weights[1], weights[2]);
    }

    /// <summary>Protects scoring: nothing in it is random, and model.zip keeps the view and the steps without chance.</summary>
    [TestMethod]
    public void An_augmented_model_scores_without_chance_and_survives_saving()
    {
        var recipe = s_recipe.Then(new GaussianFilter(3, 1)).With(new Mixup());
        var digits = s_mlContext.Data.GenerateDigits(300);
        var model = s_mlContext.FitLeNet(digits, Pipelines.Options(epochs: 2, change: o => o.Augmentation = recipe));
        var scores = Pipelines.Scores(model.Transform(digits));
        Pipelines.AssertSame(scores, Pipelines.Scores(model.Transform(digits)));
        Pipelines.AssertSame(scores, Pipelines.Scores(Pipelines.Load(s_mlContext.Save(model, digits.Schema)).Transform(digits)));
        Assert.AreEqual(31, model.LastTransformer.Preprocessing.ResizeShortSide);

        var unfiltered = s_mlContext.FitLeNet(digits, Pipelines.Options(epochs: 2, change: o => o.Augmentation = s_recipe.With(new Mixup())));
        Assert.AreNotEqual(scores[0][0], Pipelines.Scores(unfiltered.Transform(digits))[0][0], "The filter belongs to scoring too.");
    }

    /// <summary>Protects the mixing of batches: a network still learns from mixed images and labels.</summary>
    [TestMethod]
    [DataRow("mixup")]
    [DataRow("cutmix")]
    [DataRow("either")]
    public void A_network_learns_from_mixed_batches(string kind)
    {
        BatchAugmentation mixing = kind switch { "mixup" => new Mixup(), "cutmix" => new CutMix(), _ => new MixupOrCutMix() };
        var test = s_mlContext.Data.GenerateDigits(300, seed: 2);
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(1500), Pipelines.Options(epochs: 5, change: o => o.Augmentation = new([], mixing)));
        var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(test));
        Assert.IsGreaterThan(0.8, metrics.MicroAccuracy);
    }

    /// <summary>Protects every cache: augmentation comes after it, and is new in every epoch all the same.</summary>
    [TestMethod]
    [DataRow(ImageCache.None)]
    [DataRow(ImageCache.Memory)]
    [DataRow(ImageCache.File)]
    public void Every_epoch_is_augmented_anew_behind_any_cache(ImageCache cache)
    {
        var seen = Record(s_mlContext.Data.GenerateDigits(20), o => (o.Augmentation, o.Cache) = (s_recipe, cache));
        Assert.HasCount(60, seen);
        Assert.IsGreaterThan(55, seen.Distinct().Count());
        Assert.HasCount(20, Record(s_mlContext.Data.GenerateDigits(20), o => o.Cache = cache).Distinct().ToArray(),
            "without a recipe the epochs show the same images");
    }

    /// <summary>Protects augmentation in the pipeline: new in every epoch for sources that shuffle and for those that cannot, and none in Transform.</summary>
    [TestMethod]
    [DataRow(true)]
    [DataRow(false)]
    public void A_pipeline_augments_every_epoch_anew(bool shuffles)
    {
        using var folder = TestImageFolder.OfDigits(20);
        var digits = s_mlContext.Data.LoadImageFolder(folder.Path);
        IDataView files = shuffles ? digits : s_mlContext.Data.LoadFromEnumerable(s_mlContext.Data.CreateEnumerable<File>(digits, reuseRowObject: false)
            .ToArray());
        var network = new Recorder(10);
        var pipeline = s_mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(s_mlContext.Transforms.LoadImages("Image", null, "ImagePath"))
            .Append(s_mlContext.Transforms.RandomRotation("Image", degrees: (-20, 20)))
            .Append(s_mlContext.MulticlassClassification.Trainers.Cnn((_, _) =>
            network, new CnnOptions { FeatureColumnName = "Image", ImageSize = 28, Epochs = 3, BatchSize = 20 }));
        var model = pipeline.Fit(files);
        Assert.IsGreaterThan(55, network.Seen.Distinct().Count());
        Pipelines.AssertSame(Pipelines.Scores(model.Transform(files)), Pipelines.Scores(model.Transform(files)));
    }

    private static List<long> Record(IDataView data, Action<CnnTrainerOptions> change)
    {
        var network = new Recorder(10);
        s_mlContext.FitOwn(data, (_, _) => network, o =>
        {
            (o.Epochs, o.BatchSize, o.ImageSize, o.Channels) = (3, 20, 28, 1);
            change(o);
        });
        return network.Seen;
    }

    private sealed class File
    {
        public string ImagePath { get; set; } = "";

        public string Label { get; set; } = "";
    }

    /// <summary>A linear network that notes a number for every training image that it sees.</summary>
    private sealed class Recorder : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear _linear;
        private readonly int _inputs = 28 * 28;

        public Recorder(int classes) : base(nameof(Recorder))
        {
            _linear = nn.Linear(_inputs, classes);
            RegisterComponents();
        }

        public List<long> Seen { get; } = [];

        public override Tensor forward(Tensor images)
        {
            var first = images.narrow(1, 0, 1).reshape(images.size(0), _inputs);
            if (training)
                using (no_grad())
                    Seen.AddRange((first.to(float64) * (arange(_inputs, dtype: float64) + 1)).sum(1).mul(1000).to(int64).data<long>().ToArray());
            return _linear.forward(first);
        }
    }
}
