using System.Runtime.InteropServices;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Every method gives the map that PyTorch gives in Python, by code of its own, for the same weights and the same image.</summary>
[TestClass]
public sealed class PythonHeatMapTests
{
    private const int Size = 64;
    private const float Tolerance = 1e-3f;

    private static readonly (string Network, string Layer)[] s_layers =
        [("resnet18", "layer4"), ("resnet18", "layer2"), ("squeezenet1_1", "features.5")];

    private static readonly CnnHeatMapMethod[] s_ofLayers =
    [
        CnnHeatMapMethod.GradCam, CnnHeatMapMethod.GradCamPlusPlus, CnnHeatMapMethod.HiResCam, CnnHeatMapMethod.LayerCam, CnnHeatMapMethod.EigenCam,
    ];

    // Score-CAM takes a pass for each channel: on the smallest layer alone.
    private static readonly (string Network, string? Layer, CnnHeatMapMethod Method)[] s_maps =
    [
        .. s_layers.SelectMany(layer => s_ofLayers.Select(method => (layer.Network, (string?)layer.Layer, method))),
        ("squeezenet1_1", "features.5", CnnHeatMapMethod.ScoreCam),
        ("resnet18", null, CnnHeatMapMethod.Occlusion), ("squeezenet1_1", null, CnnHeatMapMethod.IntegratedGradients),
    ];

    public required TestContext TestContext { get; init; }

    [TestMethod]
    public void All_methods_give_Python_s_maps()
    {
        PythonTorch.Require();
        if (!ConvolutionCheck.IsRight)
            Assert.Inconclusive("Skipped: " + ConvolutionCheck.Warning);
        using var folder = new TemporaryFolder();
        var arguments = s_maps.Select(map => $"{map.Network}:{map.Layer}:{map.Method}");
        var predicted = PythonTorch.Run("heatmaps.py", [folder.Path, $"{Size}", .. arguments])
            .Split('\n', StringSplitOptions.RemoveEmptyEntries).ToDictionary(line => line.Split(' ')[0], line => line.Split(' ')[1]);
        foreach (var maps in s_maps.GroupBy(map => map.Network))
        {
            using var model = Import(maps.Key, folder.Path);
            foreach (var (network, layer, method) in maps)
            {
                var ours = model.HeatMap(Path.Join(folder.Path, "image.png"),
                    new() { Method = method, Layer = layer, OcclusionPatch = Size / 4, IntegrationSteps = 20 });
                Assert.AreEqual(predicted[network], ours.ClassName);
                var theirs = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Join(folder.Path, $"{network}-{layer}-{method}.f32"))).ToArray();
                var difference = ours.Values.Zip(theirs, (a, b) => MathF.Abs(a - b)).Max();
                TestContext.WriteLine($"{network} {layer} {method}: {difference:0.0e0}");
                Assert.HasCount(theirs.Length, ours.Values);
                Assert.IsGreaterThan(0.05f, theirs.Max() - theirs.Min(), "a flat map would show nothing");
                Assert.IsLessThan(Tolerance, difference, $"{network} {layer} {method}");
            }
        }
    }

    private static CnnTransformer Import(string network, string folder) => new MLContext(seed: 1).Model.ImportCnn(network,
        Path.Join(folder, $"{network}.pth"), new()
        {
            Preprocessing = new ImagePreprocessing { Height = Size, Width = Size },
            ClassNames = [.. Enumerable.Range(0, 10).Select(i => $"{i}")],
        });
}
