using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>
/// Protects the way there and back: every network of the catalog, written as ONNX and read again, gives the same numbers, and is made of the layers that it
/// was made of.
/// </summary>
[TestClass]
public sealed class RoundTripTests
{
    private const double Allowed = 1e-4;
    private const long LargestInSuite = 4_000_000; // weights; tests/onnx-import takes all networks

    private static readonly bool s_takesAll = Environment.GetEnvironmentVariable("MLCNN_ONNX_ALL") == "1";

    // Of each family the others differ in depth and width alone: tests/all takes those, too.
    public static IEnumerable<string[]> Networks() => ArchitectureCatalog.All
        .Where(architecture => s_takesAll || Weights(architecture) < LargestInSuite)
        .GroupBy(architecture => s_takesAll || LongTestAttribute.IsAskedFor ? architecture.Name : architecture.Family)
        .Select(family => new[] { family.MinBy(Weights)!.Name });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void A_network_comes_back_from_its_file(string name)
    {
        using var folder = new TemporaryFolder();
        using var model = DrawnModel.Of(name);
        foreach (var form in Enum.GetValues<OnnxForm>())
        {
            var path = Path.Join(folder.Path, $"{form}.onnx");
            model.SaveAsOnnx(path, new() { Form = form });
            var architecture = OnnxNetwork.Load(path);
            var shape = model.Shape;
            int[] images = [2, shape.Channels, shape.Height, shape.Width];
            var pixels = ImportedScores.Draw(images);
            var expected = Logits(model.Scorer.Network, pixels, images);
            var difference = ImportedScores.Difference(expected, ImportedScores.Of(architecture, pixels, images));
            Console.WriteLine($"{name}, {form}: differs by {difference:0.0e0}; head {architecture.Head}; from {architecture.MinimumImageSize} pixels; stages "
                + string.Join(" | ", architecture.Stages.Select(stage => string.Join(' ', stage.Take(6)))));
            Assert.IsLessThanOrEqualTo(Allowed, difference);
            Assert.AreEqual((shape.Channels, shape.Height, shape.Classes), (architecture.Channels, architecture.ImageSize, architecture.DefaultClasses));
            Assert.AreEqual(model.Preprocessing, architecture.Weights!.Preprocessing);
            CollectionAssert.AreEqual(model.ClassNames.ToArray(), architecture.Weights.ClassNames!.ToArray());
            Assert.IsFalse(architecture.Weights.IsBackbone);
            Assert.IsGreaterThanOrEqualTo(2, architecture.Stages.Count);
            if (form == OnnxForm.Training)
                AssertSameLayers(model, architecture);
        }
    }

    // Layers and names, but for what does nothing in a file (the heads that GoogLeNet and Inception v3 have for training alone among it), and the layers of
    // 1998, which are others there.
    private static void AssertSameLayers(CnnTransformer model, Architecture architecture)
    {
        if (model.Name == "lenet5_1998")
            return;
        using var network = ImportedScores.Network(architecture, model.Shape.Height, model.Shape.Width);
        CollectionAssert.AreEqual(Kinds(model.Scorer.Network), Kinds(network));
        var written = ModuleState.Of(model.Scorer.Network).Select(entry => entry.Key);
        if (model.Scorer.Network is IAuxiliaryHeads)
            written = written.Where(name => !name.StartsWith("aux", StringComparison.OrdinalIgnoreCase));
        CollectionAssert.AreEquivalent(written.ToArray(), ModuleState.Of(network).Select(entry => entry.Key).ToArray());

        string[] Kinds(nn.Module<Tensor, Tensor> module) => [.. NetworkGraph.Trace(module, model.Shape).Nodes.Select(node => node.Kind)
            .Where(kind => kind is not ("identity" or "stochastic_depth")).Order(StringComparer.Ordinal)];
    }

    private static float[] Logits(nn.Module<Tensor, Tensor> network, float[] pixels, int[] shape)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        return network.call(tensor(pixels).view([.. shape.Select(length => (long)length)])).data<float>().ToArray();
    }

    private static long Weights(Architecture architecture)
    {
        var size = Math.Max(64, architecture.MinimumImageSize);
        using var network = architecture.BuildWithoutWeights(new(architecture.Channels, size, size, 10));
        return network.parameters().Sum(parameter => parameter.numel());
    }
}
