using System.Globalization;
using System.Text.Json;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>Our networks against torchvision's, with the same weights and the same input.</summary>
[TestClass]
public sealed class ParityTests
{
    private const double Tolerance = 1e-3;

    public required TestContext TestContext { get; init; }

    public static IEnumerable<string[]> Networks()
    {
        var folder = SharedData.Find("parity");
        var names = ArchitectureCatalog.All.Select(architecture => architecture.Name)
            .Where(name => folder is not null && File.Exists(Path.Combine(folder, $"{name}.json"))).ToArray();
        return names.Length > 0 ? names.Select(name => new[] { name }) : [["resnet18"]];
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Same_state_and_same_outputs_as_torchvision(string name) => AssertSame(name, SharedData.Require($"parity/{name}.json"));

    /// <summary>Protects the networks whose reference outputs are not in ../shared: this machine's torchvision makes them.</summary>
    [TestMethod]
    public void Same_state_and_same_outputs_as_this_machines_torchvision()
    {
        string[] names = LongTestAttribute.IsAskedFor ? ["mnasnet0_5", "mnasnet0_75", "mnasnet1_0", "mnasnet1_3"] : ["mnasnet0_75"];
        var script = SharedData.Require("parity/generate.py");
        var folder = Directory.CreateTempSubdirectory("mlcnn-parity").FullName;
        try
        {
            PythonTorch.Run("torchvision_outputs.py", [script, folder, .. names]);
            foreach (var name in names)
                AssertSame(name, Path.Join(folder, $"{name}.json"));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private void AssertSame(string name, string referencePath)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(referencePath));
        var reference = document.RootElement;
        var input = reference.GetProperty("input").EnumerateArray().Select(size => size.GetInt64()).ToArray();

        using var scope = NewDisposeScope();
        using var network = ArchitectureCatalog.Find(name).Build(new((int)input[1], (int)input[2], (int)input[3], reference.GetProperty("classes").GetInt32()));
        network.eval();

        var state = ModuleState.Of(network);
        CollectionAssert.AreEqual(
            reference.GetProperty("state").EnumerateObject()
            .Select(entry => $"{entry.Name} {entry.Value.GetRawText().Replace(",", ", ", StringComparison.Ordinal)}").ToArray(),
            state.Select(entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}]").ToArray());
        Assert.AreEqual(reference.GetProperty("parameters").GetInt64(), network.parameters().Sum(parameter => parameter.numel()));

        using var mode = inference_mode();
        using var images = empty(input, float32);
        ReferenceWeights.Fill("input", images);
        using (no_grad())
        {
            foreach (var (key, tensor) in state)
                ReferenceWeights.Fill(key, tensor);
        }
        using var output = network.call(images);

        var difference = 0.0;
        var row = 0;
        foreach (var logits in reference.GetProperty("logits").EnumerateArray())
        {
            var column = 0;
            foreach (var logit in logits.EnumerateArray())
                difference = Math.Max(difference, Math.Abs(output[row, column++].item<float>() - logit.GetDouble()));
            row++;
        }
        var norm = reference.GetProperty("norm").GetDouble();
        var relative = Math.Max(difference, Math.Abs(output.norm().item<float>() - norm)) / norm;
        TestContext.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: {relative:E2} of the norm"));
        Assert.IsLessThan(Tolerance, relative);
    }
}
