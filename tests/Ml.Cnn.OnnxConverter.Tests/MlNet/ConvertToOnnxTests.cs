using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter.Tests.MlNet;

/// <summary>
/// Protects ML.NET users whose pipeline becomes ONNX by ML.NET's own converter: the network in it is written too, by way of interfaces that ML.NET keeps to
/// itself.
/// </summary>
[TestClass]
public sealed class ConvertToOnnxTests
{
    private const int Side = 32;
    private static readonly string[] s_names = ["dark", "light", "striped"];

    [TestMethod]
    [DataRow(12)]
    [DataRow(11)]
    public void A_pipeline_with_a_network_scores_the_same_in_onnx_runtime(int opset)
    {
        var mlContext = new MLContext(seed: 1);
        var images = Draw(60).ToArray();
        var data = mlContext.Data.LoadFromEnumerable(images);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.Cnn("lenet5", new CnnOptions { FeatureColumnName = "Pixels", Epochs = 6 }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("Name", "PredictedLabel"));
        using var model = pipeline.Fit(data);
        using var file = new MemoryStream();
        mlContext.Model.ConvertToOnnx(model, data, opset, file);

        var scored = mlContext.Data.CreateEnumerable<Scored>(model.Transform(data), reuseRowObject: false).ToArray();
        Assert.IsGreaterThan(1, scored.Select(row => row.Name).Distinct().Count(), "a model that always says the same would show little");
        using var session = new InferenceSession(file.ToArray());
        for (var i = 0; i < images.Length; i += 7)
        {
            using var outputs = session.Run(
            [
                NamedOnnxValue.CreateFromTensor("Pixels", new DenseTensor<float>(images[i].Pixels, Shape(session, "Pixels"))),
                NamedOnnxValue.CreateFromTensor("Label", new DenseTensor<string>(new[] { images[i].Label }, [1, 1])),
            ]);
            var scores = outputs.Single(output => output.Name == "Score.output").AsEnumerable<float>().ToArray();
            for (var c = 0; c < scores.Length; c++)
                Assert.AreEqual(scored[i].Score[c], scores[c], 1e-5);
            Assert.AreEqual(scored[i].Name, outputs.Single(output => output.Name == "Name.output").AsEnumerable<string>().Single());
        }
    }

    /// <summary>Protects users from a pipeline that is silently cut: files cannot be decoded there, which ML.NET's log says with the reason.</summary>
    [TestMethod]
    public void A_network_behind_image_files_says_why_it_cannot_be_written()
    {
        var mlContext = new MLContext(seed: 1);
        var warnings = new List<string>();
        mlContext.Log += (_, e) =>
        {
            if (e.Kind == ChannelMessageKind.Warning)
                warnings.Add(e.RawMessage);
        };
        var data = mlContext.Data.LoadFromEnumerable(new[] { new FilePicture { Image = [1, 2, 3] } });
        using var model = DrawnModel.Of("lenet5", size: 32, environment: mlContext);
        Assert.ThrowsExactly<InvalidOperationException>(() => mlContext.Model.ConvertToOnnx(model, data, new MemoryStream()), "ML.NET's own complaint");
        Assert.Contains(warning => warning.Contains("'Image' holds files"), warnings, string.Join("; ", warnings));
    }

    private static int[] Shape(InferenceSession session, string input) => [1, .. session.InputMetadata[input].Dimensions.Skip(1)];

    // Noise of three kinds.
    private static IEnumerable<Picture> Draw(int count)
    {
        var random = new Random(4);
        for (var i = 0; i < count; i++)
        {
            var kind = i % s_names.Length;
            yield return new()
            {
                Label = s_names[kind],
                Pixels = [.. Enumerable.Range(0, Side * Side).Select(p => random.Next(80) + (kind == 0 ? 0 : kind == 1 ? 170 : p / Side % 4 < 2 ? 0f : 170f))],
            };
        }
    }

    private sealed class Picture
    {
        public string Label { get; set; } = "";

        [VectorType(Side, Side, 1)]
        public float[] Pixels { get; set; } = [];
    }

    private sealed class FilePicture
    {
        public byte[] Image { get; set; } = [];
    }

    private sealed class Scored
    {
        public string Name { get; set; } = "";
        public float[] Score { get; set; } = [];
    }
}
