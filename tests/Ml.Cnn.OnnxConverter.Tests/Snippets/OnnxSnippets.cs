using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.OnnxConverter.Tests.Snippets;

/// <summary>The code that docs/onnx.md quotes, run as it stands there.</summary>
[TestClass]
public sealed class OnnxSnippets
{
    [TestMethod]
    public void A_model_becomes_an_onnx_file()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            var mlContext = new MLContext(seed: 1);
            using var network = DrawnModel.Of("lenet5", size: 32, environment: mlContext);
            var images = mlContext.Data.LoadFromEnumerable(Array.Empty<Row>());
            mlContext.Model.Save(network, images.Schema, "model.zip");
            Export(mlContext);
            Assert.IsTrue(File.Exists("model.onnx"));
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    [TestMethod]
    public void An_onnx_file_is_trained_further()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            var mlContext = new MLContext(seed: 1);
            using (var network = DrawnModel.Of("lenet5", size: 28, environment: mlContext))
                network.SaveAsOnnx("cats.onnx");
            var labeled = mlContext.Data.GenerateDigits(64, seed: 1);
            var data = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(labeled).Transform(labeled);
            Train(mlContext, data);
            Assert.IsTrue(File.Exists("model.zip"));
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    private static void Train(MLContext mlContext, IDataView data)
    {
        // snippet: onnx-train
        Architecture network = OnnxNetwork.Load("cats.onnx");
        CnnTransformer model = mlContext.MulticlassClassification.Trainers.Cnn(network, new CnnOptions
        {
            FeatureColumnName = "Image",
            Freeze = Freezing.Backbone, // the file's weights stay, but for the last layer's; default: all are trained on
            Epochs = 3,
        }).Fit(data);
        mlContext.Model.Save(model, data.Schema, "model.zip"); // loads without cats.onnx
        // end snippet
    }

    private static void Export(MLContext mlContext)
    {
        // snippet: onnx-export
        ITransformer model = mlContext.Model.Load("model.zip", out _);
        OnnxExportReport report = CnnTransformer.Find(model)!.SaveAsOnnx("model.onnx", new OnnxExportOptions
        {
            Input = OnnxInput.Pixels,          // uint8, N × height × width × channels; default: normalized float32, N × channels × height × width
            Output = OnnxOutput.Scores,        // the probabilities of the column of scores; default: logits
            Form = OnnxForm.Scoring,           // or Training: every layer by itself, to be trained further elsewhere
            Precision = OnnxPrecision.Float32, // or Float16
        });
        Console.WriteLine($"{report.Bytes} bytes; scores differ by {report.LargestDifference:0.0e0} at most");
        // end snippet
    }

    private sealed class Row
    {
        public byte[] Image { get; set; } = [];
    }
}
