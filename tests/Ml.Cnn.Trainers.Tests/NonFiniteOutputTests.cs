using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Damaged weights, whose network gives NaN, are told of with the layer where it begins.</summary>
[TestClass]
public sealed class NonFiniteOutputTests
{
    /// <summary>Protects users of a checkpoint with bad statistics: import and scoring say so, and since which layer; no class is made up.</summary>
    [TestMethod]
    public void Weights_with_NaN_are_told_of_at_import_and_in_scoring()
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.GenerateDigits(40);
        var trained = mlContext.MulticlassClassification.Trainers.Cnn("resnet20_cifar",
            new() { FeatureColumnName = "Image", Epochs = 1, ImageSize = 16, Channels = 1 })
            .Fit(mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(data).Transform(data));
        Assert.IsNull(trained.FindNonFiniteLayer());
        var path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.safetensors");
        try
        {
            using (no_grad())
                trained.Scorer.Network.named_buffers().Single(b => b.name == "layer2.0.bn1.running_var").buffer.fill_(float.NaN);
            using (var stream = File.Create(path))
                ModuleState.Save(trained.Scorer.Network, stream);
            var messages = mlContext.Listen();
            var imported = mlContext.Model.ImportCnn("resnet20_cifar", path, new() { FeatureColumnName = "Image", Preprocessing = trained.Preprocessing });
            const string Since = "layer2.0.bn1 (batch_norm2d), whose running_var holds NaN or infinite numbers";
            Assert.AreEqual(Since, imported.FindNonFiniteLayer());
            var warning = messages.Single(message => message.Contains("the imported network's scores", StringComparison.Ordinal));
            StringAssert.Contains(warning, $"the imported network's scores are NaN or infinite; the network's numbers are so from the layer {Since} on.");

            messages.Clear();
            var scored = imported.Transform(data);
            Assert.IsTrue(Pipelines.PredictedKeys(scored).All(key => key == 0), "no label is made up");
            Assert.IsTrue(Pipelines.Scores(scored).All(scores => scores.All(float.IsNaN)));
            warning = messages.Single(message => message.StartsWith("Warning", StringComparison.Ordinal));
            StringAssert.Contains(warning, $"scores for an image (row");
            StringAssert.Contains(warning, $"from the layer {Since} on");

            messages.Clear();
            var features = mlContext.Transforms.CnnFeatures("Features", "Image", imported).Fit(data).Transform(data);
            Assert.AreEqual(40, features.GetColumn<float[]>("Features").Count());
            Assert.AreEqual(1, messages.Count(message => message.Contains("features for an image (row", StringComparison.Ordinal)));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects users whose training ends with a network that is of no use, though its loss was a number.</summary>
    [TestMethod]
    public void Fit_tells_of_a_network_whose_output_is_not_finite()
    {
        var mlContext = new MLContext(seed: 1);
        var messages = mlContext.Listen();
        var model = mlContext.FitOwn(mlContext.Data.GenerateDigits(40), (channels, classes) => new OnlyInTraining(channels, classes));
        Assert.AreEqual("output", model.FindNonFiniteLayer());
        StringAssert.Contains(messages.Single(message => message.Contains("NaN or infinite", StringComparison.Ordinal)), "the trained network's scores");
    }

    // As a batch normalization whose running statistics overflowed.
    private sealed class OnlyInTraining : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> linear;

        public OnlyInTraining(int channels, int classes) : base(nameof(OnlyInTraining))
        {
            linear = nn.Linear(channels * 28 * 28, classes);
            RegisterComponents();
        }

        public override Tensor forward(Tensor images) => linear.call(images.flatten(1)) * (training ? 1 : float.NaN);
    }
}
