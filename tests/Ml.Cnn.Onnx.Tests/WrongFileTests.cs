using Microsoft.ML;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.Onnx.Tests;

/// <summary>Protects who gives another file, or asks for a device that is not there: the error says what is wrong and what to do.</summary>
[TestClass]
public sealed class WrongFileTests
{
    [TestMethod]
    public void A_file_that_is_missing_a_folder_or_none_of_onnx_is_named()
    {
        using var folder = new TemporaryFolder();
        var missing = Assert.ThrowsExactly<FileNotFoundException>(() => OnnxModel.Load(Path.Join(folder.Path, "none.onnx")));
        StringAssert.Contains(missing.Message, "none.onnx", StringComparison.Ordinal);
        Assert.ThrowsExactly<IOException>(() => OnnxModel.Load(folder.Path));
        foreach (var content in new byte[][] { [], "PK\u0003\u0004 a zip archive"u8.ToArray(), "nothing at all"u8.ToArray() })
        {
            var error = Assert.ThrowsExactly<FormatException>(() => OnnxModel.Load(folder.Write("other.onnx", content)));
            StringAssert.Contains(error.Message, "other.onnx' is no ONNX file", StringComparison.Ordinal);
        }
    }

    [TestMethod]
    public void A_file_that_was_cut_off_is_refused_wherever_it_was()
    {
        var bytes = File.ReadAllBytes(Export(new TemporaryFolder(), new()));
        using var folder = new TemporaryFolder();
        foreach (var length in new[] { 1, 100, bytes.Length / 3, bytes.Length / 2, bytes.Length - 1000, bytes.Length - 1 })
        {
            var error = Assert.ThrowsExactly<FormatException>(() => OnnxModel.Load(folder.Write("cut.onnx", bytes[..length])), $"{length} bytes");
            StringAssert.Contains(error.Message, "cut.onnx", StringComparison.Ordinal);
        }
    }

    [TestMethod]
    [DataRow(OnnxInput.Pixels)]
    [DataRow(OnnxInput.Images)]
    public void A_file_that_takes_bytes_is_refused_with_what_to_export_instead(OnnxInput input)
    {
        using var folder = new TemporaryFolder();
        var path = Export(folder, new() { Input = input });
        var error = Assert.ThrowsExactly<NotSupportedException>(() => OnnxModel.Load(path));
        StringAssert.Contains(error.Message, "OnnxInput.Tensor", StringComparison.Ordinal);
    }

    [TestMethod]
    public void A_file_without_the_metadata_of_a_model_is_refused_with_what_to_do()
    {
        using var folder = new TemporaryFolder();
        var path = Changed(folder, model => model.MetadataProps.Clear());
        var error = Assert.ThrowsExactly<ArgumentException>(() => OnnxModel.Load(path));
        StringAssert.Contains(error.Message, "ImportCnn", StringComparison.Ordinal);
    }

    [TestMethod]
    public void Metadata_that_are_damaged_or_of_a_later_version_are_refused()
    {
        using var folder = new TemporaryFolder();
        var damaged = Changed(folder, model => Json(model).Value = Json(model).Value[..200]);
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => OnnxModel.Load(damaged)).Message, "model.json", StringComparison.Ordinal);
        var later = Changed(folder, model => Replace(model, "\"formatVersion\": 2", "\"formatVersion\": 77"));
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => OnnxModel.Load(later)).Message, "update the library", StringComparison.Ordinal);
        var other = Changed(folder, model => Replace(model, "\"height\": 28", "\"height\": 56"));
        StringAssert.Contains(Assert.ThrowsExactly<FormatException>(() => OnnxModel.Load(other)).Message, "Export the network again", StringComparison.Ordinal);

        static void Replace(ModelProto model, string text, string by)
        {
            StringAssert.Contains(Json(model).Value, text, StringComparison.Ordinal);
            Json(model).Value = Json(model).Value.Replace(text, by, StringComparison.Ordinal);
        }

        static StringStringEntryProto Json(ModelProto model) => model.MetadataProps.Single(entry => entry.Key == "model.json");
    }

    [TestMethod]
    [DataRow("cuda:0", "Microsoft.ML.OnnxRuntime.Gpu")]
    [DataRow("cuda", "Microsoft.ML.OnnxRuntime.Gpu")]
    [DataRow("dml:1", "Microsoft.ML.OnnxRuntime.DirectML")]
    public void A_device_that_the_package_of_onnx_runtime_lacks_is_an_error_that_names_the_package(string device, string package)
    {
        using var folder = new TemporaryFolder();
        var path = Export(folder, new());
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => OnnxModel.Load(path, new() { Device = device }));
        StringAssert.Contains(error.Message, package, StringComparison.Ordinal);
        var warnings = new List<string>();
        var mlContext = new MLContext { FallbackToCpu = true };
        mlContext.Log += (_, entry) => warnings.Add(entry.Message);
        using var network = OnnxModel.Load(path, new() { Device = device }, mlContext);
        Assert.AreEqual("cpu", network.Device);
        Assert.IsTrue(warnings.Any(warning => warning.Contains(package, StringComparison.Ordinal)));
    }

    [TestMethod]
    public void The_gpu_of_the_context_is_asked_for_by_auto_too()
    {
        using var folder = new TemporaryFolder();
        var path = Export(folder, new());
        var error = Assert.ThrowsExactly<InvalidOperationException>(() => OnnxModel.Load(path, mlContext: new MLContext { GpuDeviceId = 0 }));
        StringAssert.Contains(error.Message, "Microsoft.ML.OnnxRuntime.Gpu or Microsoft.ML.OnnxRuntime.DirectML", StringComparison.Ordinal);
        using var network = OnnxModel.Load(path);
        Assert.AreEqual("cpu", network.Device);
    }

    [TestMethod]
    [DataRow("gpu", null, null, "Device")]
    [DataRow("cuda:x", null, null, "Device")]
    [DataRow("cpu", 0, null, "Threads")]
    [DataRow("cpu", null, 0, "BatchSize")]
    public void An_option_outside_its_range_is_named(string device, int? threads, int? batch, string name)
    {
        var options = new OnnxScoringOptions { Device = device, Threads = threads, BatchSize = batch };
        Assert.AreEqual(name, Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OnnxModel.Load("model.onnx", options)).ParamName);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => OnnxModel.Register(options));
    }

    private static string Export(TemporaryFolder folder, OnnxExportOptions options)
    {
        var path = Path.Join(folder.Path, "model.onnx");
        Models.Network(Models.Digits.Pipeline).SaveAsOnnx(path, options);
        return path;
    }

    private static string Changed(TemporaryFolder folder, Action<ModelProto> change)
    {
        var model = ModelProto.Parser.ParseFrom(File.ReadAllBytes(Export(folder, new())));
        change(model);
        var path = Path.Join(folder.Path, "changed.onnx");
        using var stream = File.Create(path);
        Google.Protobuf.MessageExtensions.WriteTo(model, stream);
        return path;
    }
}
