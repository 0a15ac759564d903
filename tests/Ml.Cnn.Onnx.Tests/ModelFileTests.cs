using System.IO.Compression;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Onnx.Tests;

/// <summary>Protects model.zip with an ONNX file in it: ML.NET's own files go on working in programs without libtorch.</summary>
[TestClass]
public sealed class ModelFileTests
{
    [TestMethod]
    public void A_network_is_saved_in_model_zip_and_loaded_from_it()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        using var calibrated = Models.Network(pipeline).WithCalibration(new() { Temperature = 2 });
        using var served = folder.Exported(calibrated);
        var path = Path.Join(folder.Path, "model.zip");
        Models.Context.Model.Save(served, data.Schema, path);
        File.Delete(Path.Join(folder.Path, "model.onnx"));
        using var loaded = CnnOnnxTransformer.Find(new MLContext().Model.Load(path, out var schema))!;
        Assert.AreEqual(data.Schema.Count, schema.Count);
        Assert.AreEqual(served.Calibration, loaded.Calibration);
        Assert.AreEqual(0, Models.Difference(Models.Scores(served, data), Models.Scores(loaded, data)));
        // And once more, from what is in memory.
        Models.Context.Model.Save(loaded, data.Schema, path);
        using var again = CnnOnnxTransformer.Find(new MLContext().Model.Load(path, out _))!;
        Assert.AreEqual(0, Models.Difference(Models.Scores(served, data), Models.Scores(again, data)));
        using var predictor = CnnPredictor.Load(path);
        Assert.AreEqual(served.Name, predictor.NetworkName);
    }

    [TestMethod]
    [DataRow("digits")]
    [DataRow("photos")]
    public void A_whole_pipeline_becomes_a_model_zip_for_services(string name)
    {
        var (pipeline, data) = Models.Of(name);
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "service.zip");
        var service = pipeline.ToOnnx();
        Models.Context.Model.Save(service, data.Schema, path);
        (service as IDisposable)!.Dispose();
        var loaded = new MLContext().Model.Load(path, out _);
        Assert.IsLessThanOrEqualTo(1e-4, Models.Difference(Models.Scores(pipeline, data), Models.Scores(loaded, data)));
        // What comes behind the network is there, too: labels as text.
        CollectionAssert.AreEqual(Labels(pipeline), Labels(loaded));
        (loaded as IDisposable)!.Dispose();

        string[] Labels(ITransformer model) => [.. model.Transform(data).GetColumn<string>("PredictedLabel")];
    }

    [TestMethod]
    public void What_cannot_be_served_is_refused_with_the_reason()
    {
        var (pipeline, data) = Models.Digits;
        var network = Models.Network(pipeline);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => network.ToOnnx(new() { Input = OnnxInput.Pixels }));
        var none = Models.Context.Transforms.Conversion.MapValueToKey("Label").Fit(data);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => none.ToOnnx()).Message, "no trained network", StringComparison.Ordinal);
        using var ensemble = CnnEnsemble.Of([network, network]);
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentException>(() => ensemble.ToOnnx()).Message, "ensemble of lenet", StringComparison.Ordinal);
    }

    [TestMethod]
    public void What_is_set_after_loading_is_saved_too()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline), new() { Output = OnnxOutput.Scores });
        using var calibrated = served.WithCalibration(new() { Temperature = 3 });
        var path = Path.Join(folder.Path, "model.zip");
        Models.Context.Model.Save(calibrated, data.Schema, path);
        using var loaded = CnnOnnxTransformer.Find(new MLContext().Model.Load(path, out _))!;
        Assert.AreEqual(3, loaded.Calibration!.Temperature);
        Assert.AreEqual(0, Models.Difference(Models.Scores(calibrated, data), Models.Scores(loaded, data)));
    }

    [TestMethod]
    [DataRow("network.onnx")]
    [DataRow("model.json")]
    public void A_model_zip_that_was_altered_is_refused(string entry)
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        var path = Path.Join(folder.Path, "model.zip");
        Models.Context.Model.Save(served, data.Schema, path);
        using (var archive = ZipFile.Open(path, ZipArchiveMode.Update))
        {
            using var stream = archive.Entries.Single(each => each.Name == entry).Open();
            stream.Position = stream.Length / 2;
            var changed = (byte)(stream.ReadByte() ^ 1);
            stream.Position = stream.Length / 2;
            stream.WriteByte(changed);
        }
        var error = Assert.Throws<Exception>(() => new MLContext().Model.Load(path, out _)).GetBaseException(); // ML.NET puts others around it
        StringAssert.Contains(error.Message, "altered", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_file_that_changed_since_it_was_loaded_is_not_saved_as_the_network()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        using var served = folder.Exported(Models.Network(pipeline));
        File.AppendAllText(Path.Join(folder.Path, "model.onnx"), "more");
        var error = Assert.ThrowsExactly<IOException>(() => Models.Context.Model.Save(served, data.Schema, new MemoryStream()));
        StringAssert.Contains(error.Message, "was changed", StringComparison.Ordinal);
    }
}
