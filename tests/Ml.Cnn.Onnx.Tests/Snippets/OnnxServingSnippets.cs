using Microsoft.ML;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Onnx.Tests.Snippets;

/// <summary>The code that docs/onnx.md quotes of serving, run as it stands there.</summary>
[TestClass]
public sealed class OnnxServingSnippets
{
    [TestMethod]
    public void A_trained_model_is_served_without_libtorch()
    {
        using var temporary = new TemporaryFolder();
        var previous = Directory.GetCurrentDirectory();
        Directory.SetCurrentDirectory(temporary.Path);
        try
        {
            var (pipeline, data) = Models.Digits;
            Models.Context.Model.Save(pipeline, data.Schema, "model.zip");
            Models.Network(pipeline).SaveAsOnnx("model.onnx");
            Convert(Models.Context);
            Assert.IsNotNull(CnnOnnxTransformer.Find(Models.Context.Model.Load("service.zip", out _)));
            Serve();
            Transform(data);
        }
        finally
        {
            Directory.SetCurrentDirectory(previous);
        }
    }

    private static void Convert(MLContext mlContext)
    {
        // snippet: onnx-service-zip
        ITransformer trained = mlContext.Model.Load("model.zip", out DataViewSchema schema);
        mlContext.Model.Save(trained.ToOnnx(), schema, "service.zip"); // or mlcnn export --model model.zip --out service.zip
        // end snippet
    }

    private static void Serve()
    {
        // snippet: onnx-predictor
        OnnxModel.Register();                                  // once, when the program starts
        using var predictor = CnnPredictor.Load("model.onnx"); // or "service.zip"; or services.AddCnnPredictor("model.onnx")
        // end snippet
        Assert.HasCount(10, predictor.ClassNames);
    }

    private static void Transform(IDataView data)
    {
        // snippet: onnx-transformer
        using CnnOnnxTransformer network = OnnxModel.Load("model.onnx", new OnnxScoringOptions { Device = "cpu", Threads = 2 });
        IDataView scored = network.Transform(data); // PredictedLabel and Score, as the trained network gives them
        // end snippet
        Assert.IsNotNull(scored.Schema.GetColumnOrNull("Score"));
    }
}
