using Ml.Cnn.OnnxConverter.Tests;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;

namespace Ml.Cnn.Inspection.Tests;

/// <summary>Whoever asks for what is not there is told what is.</summary>
[TestClass]
public sealed class ErrorTests
{
    private static readonly byte[] s_image = PlantedImage.Noise(32, 32, seed: 1);

    [TestMethod]
    public void Unknown_names_bring_the_nearest()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), 32, 32);
        AssertSays<ArgumentException>(() => model.HeatMap(s_image, new() { Layer = "con" }), "no layer called 'con'", "conv");
        AssertSays<ArgumentException>(() => model.HeatMap(s_image, new() { ClassName = "clas1" }), "no class 'clas1'", "'class1'");
        AssertSays<ArgumentException>(() => model.HeatMap(s_image, new() { Layer = "fc" }), "gives 2, which has no height and width", "'conv'");
        AssertSays<ArgumentException>(() => model.Kernels("pool"), "'pool' (adaptive_avg_pool2d) has no filters", "conv");
        AssertSays<ArgumentException>(() => model.FeatureMaps(s_image, "convolution"), "no layer called 'convolution'", "conv");
    }

    [TestMethod]
    public void Options_outside_their_range_are_refused()
    {
        using var model = DrawnModel.Of(RedNetwork.Make(), 32, 32);
        AssertSays<ArgumentOutOfRangeException>(() => model.HeatMap(s_image, new() { OcclusionPatch = 33 }), "from 1 to 32");
        AssertSays<ArgumentOutOfRangeException>(() => model.HeatMap(s_image, new() { OcclusionStride = 5 }), "from 1 to 4");
        AssertSays<ArgumentOutOfRangeException>(() => model.HeatMap(s_image, new() { IntegrationSteps = 0 }), "IntegrationSteps");
        AssertSays<ArgumentException>(() => model.HeatMap(s_image, new() { Method = CnnHeatMapMethod.Occlusion, Layer = "conv" }), "looks at no layer");
        AssertSays<ArgumentOutOfRangeException>(() => model.HeatMap(s_image).ToPng(longSide: 2), "longSide");
    }

    [TestMethod]
    public void Damaged_images_and_disposed_models_are_named()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("torn.png", s_image[..100]);
        var model = DrawnModel.Of(RedNetwork.Make(), 32, 32);
        AssertSays<ImageDecodingException>(() => model.HeatMap(path), "torn.png");
        Assert.ThrowsExactly<FileNotFoundException>(() => model.HeatMap(Path.Join(folder.Path, "none.png")));
        model.Dispose();
        Assert.ThrowsExactly<ObjectDisposedException>(() => model.HeatMap(s_image));
    }

    /// <summary>Protects networks of one's own that do more than layers: what needs the graph says what is missing, what does not need it works.</summary>
    [TestMethod]
    public void A_network_that_is_not_all_layers_has_maps_that_need_no_layer()
    {
        using var model = DrawnModel.Of(new Doubling(), 32, 32);
        AssertSays<InvalidOperationException>(() => model.HeatMap(s_image), "no layer of this library");
        foreach (var method in new[] { CnnHeatMapMethod.Occlusion, CnnHeatMapMethod.IntegratedGradients })
            Assert.AreEqual(1, model.HeatMap(s_image, new() { Method = method }).Values.Max());
    }

    private static void AssertSays<T>(Action action, params string[] parts) where T : Exception
    {
        var message = Assert.ThrowsExactly<T>(action).Message;
        foreach (var part in parts)
            StringAssert.Contains(message, part);
    }

    private sealed class Doubling : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv = new(3, 4, kernel: 3);

        public Doubling() : base("doubling") => RegisterComponents();

        public override Tensor forward(Tensor images) => (conv.call(images) * 2).mean([2, 3]);
    }
}
