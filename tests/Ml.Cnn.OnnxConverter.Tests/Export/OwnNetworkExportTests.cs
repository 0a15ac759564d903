using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.OnnxConverter.Tests.Export;

/// <summary>Networks of one's own as ONNX: of every layer that there is, of more weights than a file holds, and what cannot be written.</summary>
[TestClass]
public sealed class OwnNetworkExportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string FilePath => Path.Join(_folder.Path, "network.onnx");

    /// <summary>Protects networks of one's own: ONNX Runtime gives for every kind of layer what the layer gives, with all that it says of itself.</summary>
    [TestMethod]
    [DataRow(OnnxForm.Scoring)]
    [DataRow(OnnxForm.Training)]
    public void Every_kind_of_layer_gives_the_same_values(OnnxForm form)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var written = new List<string>();
        foreach (var layer in EveryLayer.Networks())
        {
            // Images have 3 channels, and scores are a vector.
            var network = new Sequential(("spread", new Ml.Cnn.Trainers.Layers.Conv2d(3, 6, 1)), ("layer", layer), ("flatten",
                new Ml.Cnn.Trainers.Layers.Flatten()));
            using (no_grad())
            {
                foreach (var tensor in network.parameters().Concat(network.buffers()).Where(tensor => tensor.is_floating_point()))
                    tensor.uniform_(0.5, 1.5);
            }
            using var model = DrawnModel.Of(network, height: 9, width: 11);
            var report = model.SaveAsOnnx(FilePath, new() { Form = form });
            Console.WriteLine($"{layer.GetName()}: {report.LargestDifference:0.0e0}");
            Assert.IsLessThan(1e-5, report.LargestDifference, layer.GetName());
            written.Add(FilePath);
            if (PythonOnnx.IsInstalled)
                File.Copy(FilePath, Path.Join(_folder.Path, $"{written.Count}.onnx"));
        }
        if (PythonOnnx.IsInstalled)
            PythonOnnx.Check([.. Enumerable.Range(1, written.Count).Select(i => Path.Join(_folder.Path, $"{i}.onnx"))]);
    }

    [TestMethod]
    public void A_layer_that_ONNX_has_no_operator_for_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        using var model = DrawnModel.Of(new Sequential(("conv", new Ml.Cnn.Trainers.Layers.Conv2d(3, 6, 1)), ("mine", new Unknown())), height: 9, width: 11);
        var error = Assert.ThrowsExactly<OnnxExportException>(() => model.SaveAsOnnx(FilePath));
        Assert.Contains("the layer mine is of the kind 'my_kind'", error.Message);
        Assert.IsFalse(File.Exists(FilePath));
    }

    /// <summary>Protects networks of more than 2 GB, which no single file holds: their weights lie beside, and ONNX Runtime reads them.</summary>
    [TestMethod]
    public void Weights_of_more_than_two_gigabytes_lie_beside_the_file()
    {
        if (Environment.GetEnvironmentVariable("MLCNN_ONNX_ALL") != "1")
            Assert.Inconclusive("Takes 10 GB of memory; tests/onnx runs it.");
        const int Wide = 14_000; // 14,000² weights of 4 bytes three times: 2.35 GB
        using var network = new Sequential(("flatten", new Ml.Cnn.Trainers.Layers.Flatten()), ("first", new Ml.Cnn.Trainers.Layers.Linear(3 * 8 * 8, Wide)),
            ("second", new Ml.Cnn.Trainers.Layers.Linear(Wide, Wide)), ("third", new Ml.Cnn.Trainers.Layers.Linear(Wide, Wide)),
            ("fourth", new Ml.Cnn.Trainers.Layers.Linear(Wide, Wide)), ("last", new Ml.Cnn.Trainers.Layers.Linear(Wide, 10)));
        using var model = DrawnModel.Of(network, height: 8, width: 8);
        var report = model.SaveAsOnnx(FilePath);
        Console.WriteLine($"{report.Bytes:N0} bytes, differs by {report.LargestDifference:0.0e0}");
        Assert.AreEqual(FilePath + ".data", report.WeightsPath);
        Assert.IsGreaterThan(2_350_000_000, report.Bytes);
        Assert.IsLessThan(1_000_000, new FileInfo(FilePath).Length);
    }

    [TestMethod]
    public void Weights_of_one_layer_that_no_array_holds_are_refused_by_name()
    {
        if (Environment.GetEnvironmentVariable("MLCNN_ONNX_ALL") != "1")
            Assert.Inconclusive("Takes 5 GB of memory; tests/onnx runs it.");
        using var network = new Sequential(("flatten", new Ml.Cnn.Trainers.Layers.Flatten()), ("wide", new Ml.Cnn.Trainers.Layers.Linear(192, 2_900_000)));
        using var model = DrawnModel.Of(network, height: 8, width: 8);
        Assert.Contains("wide", Assert.ThrowsExactly<OnnxExportException>(() => model.SaveAsOnnx(FilePath)).Message);
    }

    private sealed class Unknown : Layer
    {
        public Unknown() : base("my_kind") { }

        public override LayerDescription Describe() => new(Kind);

        protected override Tensor Compute(Tensor input) => input.sin();
    }
}
