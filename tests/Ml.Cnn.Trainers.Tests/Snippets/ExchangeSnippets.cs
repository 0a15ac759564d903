using Microsoft.ML;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Snippets;

/// <summary>The C# of docs/exchange.md, run.</summary>
[TestClass]
[DoNotParallelize] // the current folder belongs to the process
public sealed class ExchangeSnippets
{
    [TestMethod]
    public void A_network_for_a_Python_team()
    {
        using var flowers = new Flowers();
        var mlContext = new MLContext(seed: 1);
        var train = mlContext.Data.LoadImageFolder("flowers/train");
        var pipeline = mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath")
            .Append(mlContext.Transforms.Conversion.MapValueToKey("Label"))
            .Append(mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions { FeatureColumnName = "Image", ImageSize = 32, Epochs = 1 }));
        mlContext.Model.Save(pipeline.Fit(train), train.Schema, "model.zip");
        var output = Console.Out;
        using var written = new StringWriter();
        Console.SetOut(written);
        // snippet: exchange
        ITransformer model = mlContext.Model.Load("model.zip", out _);
        CnnTransformer network = CnnTransformer.Find(model)!; // the pipeline's network

        CnnExportReport report = network.SaveTorchScript("flowers.pt", new()
        {
            Probabilities = true,                      // default: logits
            Pixels = PixelLayout.ChannelsHeightWidth,  // uint8 pixels; default: normalized float32
        });
        Console.WriteLine($"{report.Bytes} bytes, and scores that differ by {report.LargestDifference:0.0e0} from the network's");

        network.SaveWeights("flowers.safetensors");    // the weights alone, under torchvision's names
        network.SaveWeights("flowers.pth");            // the same as a state dict of Python's torch.save
        // end snippet
        Console.SetOut(output);
        Assert.Contains("and scores that differ by", written.ToString());
        using var module = jit.load("flowers.pt");
        using var probabilities = (Tensor)module.forward(zeros(2, 3, 32, 32, dtype: ScalarType.Byte));
        Assert.AreEqual(2, probabilities.sum().item<float>(), 1e-5);
        foreach (var file in (string[])["flowers.safetensors", "flowers.pth"])
            Assert.AreEqual(5, mlContext.Model.ImportCnn("resnet18", file).Shape.Classes);
    }
}
