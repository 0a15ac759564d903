using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Setup;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>How much of an image the network sees, in training and in scoring.</summary>
[TestClass]
public sealed class ImageViewsTests
{
    private static readonly ImageColumnFormat s_files = new(ImageColumnTypes.Encoded);

    /// <summary>Protects transfer learning: weights of ImageNet see what they saw when they were evaluated, the middle 224 pixels of 256.</summary>
    [TestMethod]
    public void Training_from_weights_prepares_images_as_they_expect_them()
    {
        AssertViews(256, 256, Views(s_files, PretrainedWeights.ResNet18ImageNet1KV1));
        AssertViews(224, 224, Views(s_files, weights: null));
    }

    /// <summary>Protects whoever asks for a size of their own, or gives images that have one: nothing is cut off.</summary>
    [TestMethod]
    public void Another_size_is_the_whole_short_side()
    {
        AssertViews(160, 160, Views(s_files, PretrainedWeights.ResNet18ImageNet1KV1, imageSize: 160));
        AssertViews(224, 224, Views(new(ImageColumnTypes.Bytes, 224, 224, 3), PretrainedWeights.ResNet18ImageNet1KV1));
    }

    /// <summary>Protects augmentation: a recipe's scales are multiples of the network's input, and scoring keeps the larger of two short sides.</summary>
    [TestMethod]
    public void A_recipe_changes_training_and_not_what_weights_know_at_least()
    {
        AssertViews(224, 256, Views(s_files, PretrainedWeights.ResNet18ImageNet1KV1, recipe: ImageAugmentation.Preset("light")));
        AssertViews(224, 256, Views(s_files, PretrainedWeights.ResNet18ImageNet1KV1, recipe: ImageAugmentation.Preset("inception")));
        AssertViews(224, 256, Views(s_files, weights: null, recipe: ImageAugmentation.Preset("inception")));
    }

    /// <summary>
    /// Protects a cache: where weights know the middle of a larger image, it holds that middle, of which the network must not see the middle once more.
    /// </summary>
    [TestMethod]
    [DataRow(ImageCache.Memory)]
    [DataRow(ImageCache.File)]
    public void Cached_images_are_seen_as_others_are(ImageCache cache)
    {
        using var folder = TestImageFolder.OfDigits(40);
        var mlContext = new MLContext(seed: 1);
        var digits = folder.Load(mlContext);
        using var known = mlContext.FitLeNet(digits, Pipelines.Options(1, o => o.Augmentation = ImageAugmentation.Preset("alexnet"))).LastTransformer;
        Assert.AreEqual(32, known.Preprocessing.ResizeShortSide); // of which the network sees 28
        double Loss(ImageCache kept) => mlContext.FitLeNet(digits, Pipelines.Options(1, o =>
        {
            (o.Weights, o.Cache, o.BatchSize, o.Augmentation) = (InitialWeights.From(known), kept, 40, ImageAugmentation.None); // one step
        })).LastTransformer.History[0].Loss;
        Assert.AreEqual(Loss(ImageCache.None), Loss(cache), 1e-6);
    }

    private static void AssertViews(int training, int evaluation, ImageViews views) =>
        Assert.AreEqual((training, evaluation), (views.Training.ResizeShortSide, views.Evaluation.ResizeShortSide));

    private static ImageViews Views(ImageColumnFormat format, PretrainedWeights? weights, int? imageSize = null, ImageAugmentation? recipe = null)
    {
        var network = ArchitectureCatalog.Find("resnet18");
        var input = new InputSettings
        {
            ImageSize = imageSize,
            Channels = null,
            PixelLayout = PixelLayout.Auto,
            Augmentation = recipe,
            OnBadImage = BadImageHandling.Fail,
            Cache = ImageCache.None,
            ReaderThreads = 1,
        };
        var start = weights is null ? null : new StartingPoint((IHostEnvironment)(object)new MLContext(), weights, network);
        return ImageViews.Of(network, input, multiScale: null, format, start, classes: 2);
    }
}
