using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Scoring;

/// <summary>The dense evaluation of VGG's paper: linear layers at every place of a whole image.</summary>
[TestClass]
public sealed class DenseEvaluationTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the networks' own answers: for an image of their own size, the map has one place, with the network's logits.</summary>
    [TestMethod]
    [DataRow("lenet5", 28)]
    [DataRow("alexnet", 224)]
    [DataRow("vgg11_bn", 224)]
    [DataRow("resnet18", 64)]
    [DataRow("squeezenet1_1", 64)]
    [DataRow("mobilenet_v2", 64)]
    [DataRow("mobilenet_v3_small", 64)]
    [DataRow("shufflenet_v2_x0_5", 64)]
    [DataRow("densenet121", 64)]
    [DataRow("googlenet", 64)]
    [DataRow("inception_v3", 299)]
    [DataRow("efficientnet_b0", 64)]
    [DataRow("convnext_tiny", 64)]
    [DataRow("regnet_y_400mf", 64)]
    [DataRow("mnasnet0_5", 64)]
    public void At_the_network_s_own_size_the_logits_are_the_network_s(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = Build(name, size);
        using var owned = network; // hundreds of megabytes
        var program = DenseProgram.Of(NetworkGraph.Trace(network, shape));
        var images = rand(2, shape.Channels, size, size);

        var map = program.Run(images);

        CollectionAssert.AreEqual(new long[] { 2, shape.Classes, 1, 1 }, map.shape);
        AssertNear(network.call(images), map.flatten(1), name);
    }

    /// <summary>Protects the map: each of its places is what the network's linear layers make of the window of feature maps that lies there.</summary>
    [TestMethod]
    [DataRow("lenet5", 28)]
    [DataRow("vgg11", 224)]
    public void Every_place_is_the_window_that_lies_there(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = Build(name, size);
        using var owned = network; // hundreds of megabytes
        var graph = NetworkGraph.Trace(network, shape);
        var flatten = graph.Nodes.Single(node => node.Kind == "flatten");
        var features = graph.Nodes.Last(node => node.Position < flatten.Position && node.Name != "avgpool");
        var (height, width) = (features.Shape.PerImage[1], features.Shape.PerImage[2]);
        var images = rand(1, shape.Channels, size * 3 / 2, size * 2);

        var map = DenseProgram.Of(graph).Run(images);

        var maps = graph.UpTo(features).Run(images);
        Assert.IsGreaterThan(1, map.shape[2]);
        Assert.IsGreaterThan(map.shape[2], map.shape[3]);
        Assert.AreEqual(maps.shape[2] - height + 1, map.shape[2]);
        var classifier = graph.From(flatten)!;
        for (var y = 0; y < map.shape[2]; y++)
        {
            for (var x = 0; x < map.shape[3]; x++)
            {
                var window = maps.narrow(2, y, height).narrow(3, x, width).flatten(1);
                AssertNear(classifier.Run(window), map[.., .., y, x], $"{name}, row {y}, column {x}");
            }
        }
    }

    /// <summary>Protects the compiled copy, which serves images of every size, at sizes that it was not made for.</summary>
    [TestMethod]
    [DataRow("alexnet", 224)]
    [DataRow("resnet18", 64)]
    [DataRow("efficientnet_b0", 64)]
    [DataRow("densenet121", 64)]
    public void The_compiled_copy_takes_every_size(string name, int size)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = Build(name, size);
        using var owned = network; // hundreds of megabytes
        var program = DenseProgram.Of(NetworkGraph.Trace(network, shape));
        using var copy = ScriptedNetwork.Of(program, new(1, ScalarType.Float32, OneDnnFusion.IsSupported) { IsOfAnySize = true }, CopyOutput.ChannelMeans, CPU);
        foreach (var (height, width) in new[] { (size, size), (size + 37, size + 5), (size + 5, size * 2 + 1), (size, size) })
        {
            var images = rand(2, shape.Channels, height, width);
            AssertNear(program.Run(images).mean([2, 3]), copy.Run(images), $"{name} at {height}×{width}");
        }
    }

    /// <summary>Protects from scores that mean nothing: a network that pools its maps to another size is refused, and the message says why.</summary>
    [TestMethod]
    public void A_network_that_cannot_is_refused()
    {
        using var scope = NewDisposeScope();
        var (network, shape) = Build("vgg11", 64);
        using var owned = network;

        var error = Assert.ThrowsExactly<NotSupportedException>(() => DenseProgram.Of(NetworkGraph.Trace(network, shape)));

        Assert.Contains("avgpool", error.Message);
        var own = s_mlContext.FitOwn(s_mlContext.Data.GenerateDigits(20), (channels, classes) => new RecordingNetwork(channels, classes));
        Assert.Contains("dense", Assert.ThrowsExactly<ArgumentException>(() => own.WithTestTimeAugmentation(TestTimeAugmentation.Dense)).Message);
    }

    /// <summary>
    /// Protects the whole way: images of every proportion get the mean over sizes and mirror images of what the program makes of them, in data views, engines
    /// and predictors, before and after saving.
    /// </summary>
    [TestMethod]
    public void Images_of_every_proportion_are_scored_whole()
    {
        using var folder = new TestImageFolder();
        using var digits = TestImageFolder.OfDigits(40);
        var random = new Random(7);
        foreach (var (width, height) in new[] { (28, 28), (60, 40), (40, 200), (33, 35) })
            folder.Add("3", $"{width}x{height}.png", Images.Gray(width, height, (x, y) => (byte)random.Next(256)));
        var network = s_mlContext.FitLeNet(digits.Load(s_mlContext)).LastTransformer;
        var augmentation = TestTimeAugmentation.Parse("dense+flip+scales:1,1.5");
        var dense = network.WithTestTimeAugmentation(augmentation);
        var data = folder.Load(s_mlContext);

        var scores = Pipelines.Scores(dense.Transform(data));

        Assert.AreEqual(4, dense.Views);
        var paths = data.GetColumn<string>("ImagePath").ToArray();
        for (var i = 0; i < paths.Length; i++)
        {
            var expected = Expected(network, paths[i], [28, 42]);
            foreach (var (wanted, got) in expected.Zip(scores[i]))
                Assert.AreEqual(wanted, got, 1e-5f, paths[i]);
        }
        var loaded = Pipelines.Load(s_mlContext.Save(dense, data.Schema));
        Assert.AreEqual(augmentation, ((CnnTransformer)loaded).Preprocessing.TestTime);
        Pipelines.AssertSame(scores, Pipelines.Scores(loaded.Transform(data)));
        using var predictor = new CnnPredictor(dense, new() { TopK = 10 });
        var several = predictor.PredictMany(paths);
        for (var i = 0; i < paths.Length; i++)
        {
            Assert.AreEqual(scores[i].Max(), predictor.Predict(paths[i]).Probability, 1e-6f);
            Assert.AreEqual(scores[i].Max(), several[i].Probability, 1e-6f);
        }
    }

    // Read, resized, mirrored and averaged by other means than the library's scoring.
    private static float[] Expected(CnnTransformer network, string path, int[] shortSides)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var program = DenseProgram.Of(NetworkGraph.Trace(network.Scorer.Network, network.Shape));
        var source = new Ml.Cnn.Transforms.Decoding.PixelImage();
        Ml.Cnn.Transforms.Decoding.ImageDecoder.Decode(File.ReadAllBytes(path), source, new() { Channels = 1 });
        var sum = zeros(network.Shape.Classes);
        foreach (var side in shortSides)
        {
            var preprocessing = network.Preprocessing with { ResizeShortSide = side };
            var (width, height) = preprocessing.ResizedSize(source.Width, source.Height);
            (width, height) = (Math.Min(width, 4 * side), Math.Min(height, 4 * side));
            var bytes = new byte[width * height];
            (preprocessing with { Width = width, Height = height }).Apply(source, bytes);
            var (mean, deviation) = (preprocessing.Normalization.Mean[0], preprocessing.Normalization.Deviation[0]);
            var pixels = (tensor(bytes).to(float32) / 255 - mean) / deviation;
            var image = pixels.view(1, 1, height, width);
            foreach (var view in new[] { image, image.flip(3) })
                sum += functional.softmax(program.Run(view).mean([2, 3]), 1)[0];
        }
        return (sum / (2 * shortSides.Length)).data<float>().ToArray();
    }

    private static (Module<Tensor, Tensor> Network, NetworkShape Shape) Build(string name, int size)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var shape = new NetworkShape(architecture.Channels, size, size, Classes: 7);
        var network = RandomState.Build(seed: 3, () => architecture.Build(shape));
        network.eval();
        return (network, shape);
    }

    private static void AssertNear(Tensor expected, Tensor actual, string message)
    {
        var difference = ((expected - actual).norm() / expected.norm()).item<float>();
        Assert.IsLessThan(1e-4f, difference, $"{message}: {difference} of the norm");
    }
}
