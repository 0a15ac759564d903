using Microsoft.ML;
using static TorchSharp.torch;

namespace Ml.Cnn.Coexistence.Tests;

/// <summary>ML.NET's text classification (Microsoft.ML.TorchSharp) and this library in one process, on one libtorch.</summary>
[TestClass]
public sealed class TextAndImagesTests
{
    private static DrawnWeights s_weights = null!;

    [ClassInitialize]
    public static void Draw(TestContext context) => s_weights = new DrawnWeights();

    [ClassCleanup]
    public static void Delete() => s_weights.Dispose();

    /// <summary>Protects programs that classify texts and images in one pipeline: trained, saved in one file and loaded.</summary>
    [TestMethod]
    public void One_pipeline_learns_texts_and_images_and_one_file_holds_both()
    {
        random.manual_seed(3);
        var mlContext = s_weights.CreateContext();
        var data = Example.View(mlContext);
        var model = mlContext.Text().Append(mlContext.Images()).Fit(data);
        var (moods, digits) = Scores(model);
        Assert.AreEqual(1, Trainers.Accuracy(moods, row => row.Mood), "moods");
        Assert.AreEqual(1, Trainers.Accuracy(digits, row => row.Label), "digits");

        using var file = new MemoryStream();
        mlContext.Model.Save(model, data.Schema, file);
        var loaded = new MLContext().Model.Load(file, out _);
        var (loadedMoods, loadedDigits) = Scores(loaded);
        CollectionAssert.AreEqual(moods, loadedMoods, "moods");
        CollectionAssert.AreEqual(digits, loadedDigits, "digits");

        (float[] Moods, float[] Digits) Scores(ITransformer transformer)
        {
            var scored = transformer.Transform(data);
            return (scored.Scores("MoodScore"), scored.Scores("Score"));
        }
    }

    /// <summary>Protects either training from what the other one leaves in the process: threads, random state, gradient mode, memory.</summary>
    [TestMethod]
    public void Each_trains_after_the_other_as_if_it_were_alone()
    {
        var mlContext = s_weights.CreateContext();
        var threads = get_num_threads();
        var texts = mlContext.TrainText();
        var images = mlContext.TrainImages();
        CollectionAssert.AreEqual(texts, mlContext.TrainText(), "texts after images");
        CollectionAssert.AreEqual(images, mlContext.TrainImages(), "images after texts");
        Assert.AreEqual(threads, get_num_threads());
        Assert.IsTrue(is_grad_enabled());
    }

    /// <summary>Protects programs that train both at once. ML.NET seeds the random state that both draw from: neither repeats to the bit then.</summary>
    [TestMethod]
    public void Both_learn_at_the_same_time()
    {
        var mlContext = s_weights.CreateContext();
        var texts = Task.Run(mlContext.TrainText);
        while (!texts.IsCompleted)
            Assert.AreEqual(1, Trainers.Accuracy(mlContext.TrainImages(), row => row.Label), "digits");
        Assert.AreEqual(1, Trainers.Accuracy(texts.GetAwaiter().GetResult(), row => row.Mood), "moods");
    }
}
