using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Compilation.Direct;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Tests.Graph;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AvgPool2d = Ml.Cnn.Trainers.Layers.AvgPool2d;
using BatchNorm2d = Ml.Cnn.Trainers.Layers.BatchNorm2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Flatten = Ml.Cnn.Trainers.Layers.Flatten;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using MaxPool2d = Ml.Cnn.Trainers.Layers.MaxPool2d;
using ReLU = Ml.Cnn.Trainers.Layers.ReLU;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;
using Sigmoid = Ml.Cnn.Trainers.Layers.Sigmoid;
using Tanh = Ml.Cnn.Trainers.Layers.Tanh;

namespace Ml.Cnn.Trainers.Tests.Compilation;

/// <summary>A network's compiled copies give the network's own scores.</summary>
[TestClass]
public sealed class CompiledNetworkTests
{
    private const float Tolerance = 1e-5f;

    public static IEnumerable<string[]> Families() => GraphProgramTests.Families();

    /// <summary>Protects every family's scores: folded, fused and reordered, they are the network's, for batches that were prepared and for others.</summary>
    [TestMethod]
    [DynamicData(nameof(Families))]
    public void The_compiled_copy_gives_the_network_s_scores(string name)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = Trained(name);
        var program = NetworkGraph.Trace(network, shape).Program();
        foreach (var usesOneDnn in OneDnnFusion.IsSupported ? new[] { true, false } : [false])
        {
            using var copy = ScriptedNetwork.Of(program, new(Images: 3, ScalarType.Float32, usesOneDnn), CopyOutput.Probabilities, CPU);
            foreach (var batch in new[] { 3, 1, 5 })
            {
                var images = randn(batch, shape.Channels, shape.Height, shape.Width);
                var (expected, scores) = (functional.softmax(network.call(images), 1), copy.Run(images));
                // Twice: libtorch optimizes the script after its first run.
                AssertNear(expected, scores, $"{name}, {batch} images, oneDNN {usesOneDnn}");
                AssertNear(expected, copy.Run(images), $"{name}, {batch} images, oneDNN {usesOneDnn}, again");
            }
        }
    }

    /// <summary>Protects the same in bfloat16, which is coarser: 8 bits, so 0.4 % in each of many layers.</summary>
    [TestMethod]
    [DynamicData(nameof(Families))]
    public void In_bfloat16_the_scores_are_near(string name)
    {
        if (!OneDnn.ComputesInBFloat16)
            Assert.Inconclusive("This processor has no instructions for bfloat16.");
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = Trained(name);
        var program = NetworkGraph.Trace(network, shape).Program();
        using var copy = ScriptedNetwork.Of(program, new(3, ScalarType.BFloat16, OneDnnFusion.IsSupported), CopyOutput.Values, CPU);
        var images = randn(3, shape.Channels, shape.Height, shape.Width);
        var (expected, made) = (network.call(images), copy.Run(images));
        Assert.AreEqual(ScalarType.Float32, made.dtype);
        var difference = ((made - expected).norm() / expected.norm()).item<float>();
        Assert.IsLessThan(0.1f, difference, $"{name}: {difference:0.000} of the norm");
    }

    /// <summary>Protects the promise that every network of the catalog is compiled, and not computed layer by layer.</summary>
    [TestMethod]
    public void Every_layer_of_every_network_is_known()
    {
        using var scope = NewDisposeScope();
        foreach (var architecture in ArchitectureCatalog.All)
        {
            var shape = new NetworkShape(architecture.Channels, architecture.ImageSize, architecture.ImageSize, Classes: 7);
            using var bare = architecture.BuildWithoutWeights(shape);
            bare.eval();
            var program = new FusedProgram(NetworkGraph.Trace(bare, shape).Program());
            var script = new ScoringScript(program, new(1, ScalarType.Float32, UsesOneDnn: true), CopyOutput.Probabilities);
            Assert.IsNotEmpty(script.Weights, architecture.Name);
            Assert.DoesNotContain(operation => operation.Node.Kind == LayerKinds.Dropout, program.Operations, architecture.Name);
        }
    }

    /// <summary>Protects the speed of residual networks: no normalization, addition or activation is left as an operation of its own.</summary>
    [TestMethod]
    public void A_residual_network_is_convolutions_pools_and_a_linear_layer()
    {
        using var scope = NewDisposeScope();
        var shape = new NetworkShape(3, 64, 64, 10);
        using var network = ArchitectureCatalog.Find("resnet50").BuildWithoutWeights(shape);
        network.eval();
        var kinds = new FusedProgram(NetworkGraph.Trace(network, shape).Program()).Operations.GroupBy(operation => operation.Node.Kind)
            .ToDictionary(group => group.Key, group => group.Count());
        CollectionAssert.AreEquivalent(new Dictionary<string, int>
        {
            [LayerKinds.Conv2d] = 53,
            [LayerKinds.MaxPool2d] = 1,
            [LayerKinds.AdaptiveAvgPool2d] = 1,
            [LayerKinds.Flatten] = 1,
            [LayerKinds.Linear] = 1,
        }, kinds);
    }

    /// <summary>
    /// Protects small networks, which the library's own kernels compute: sizes that fill no vector, strides, padding, and any number of images.
    /// </summary>
    [TestMethod]
    public void Direct_kernels_give_the_network_s_scores()
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var trial = 0; trial < 60; trial++)
        {
            using var scope = NewDisposeScope();
            using var mode = inference_mode();
            var size = random.Next(11, 24); // two windows of 3 in steps of 2 leave 2 of 11 pixels for the pooling
            var shape = new NetworkShape(random.Next(1, 5), size, size + random.Next(3), random.Next(2, 140));
            using var network = SmallNetwork(random, shape);
            network.eval();
            var program = new FusedProgram(NetworkGraph.Trace(network, shape).Program());
            using var copy = DirectNetwork.Of(program, CopyOutput.Probabilities);
            foreach (var count in new[] { 1, 5, 12, 31, random.Next(1, 80) })
            {
                using var images = new ImageBatch(count, shape, channelsLast: true) { Count = count };
                images.Pixels.copy_(randn(count, shape.Channels, shape.Height, shape.Width));
                var scores = new float[count * shape.Classes];
                copy.Run(images, scores);
                AssertNear(functional.softmax(network.call(images.Pixels), 1), tensor(scores).view(count, shape.Classes), $"trial {trial}, {count} images");
            }
        }
    }

    /// <summary>Protects whoever passes scores on: damaged weights give numbers that are none, also where vectors are compared.</summary>
    [TestMethod]
    public void Direct_kernels_pass_on_what_is_no_number()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = Trained("lenet5");
        network.get_parameter("conv2.weight")!.fill_(float.NaN);
        using var copy = DirectNetwork.Of(new(NetworkGraph.Trace(network, shape).Program()), CopyOutput.Probabilities);
        using var images = new ImageBatch(2, shape, channelsLast: true) { Count = 2 };
        images.Images(0, 2).Fill(0.5f);
        var scores = new float[2 * shape.Classes];
        copy.Run(images, scores);
        Assert.IsTrue(scores.All(float.IsNaN), string.Join(", ", scores));
    }

    /// <summary>Protects apps with many threads: one copy serves all.</summary>
    [TestMethod]
    [DataRow("lenet5")]
    [DataRow("squeezenet1_1")]
    public void Many_threads_may_run_one_copy(string name)
    {
        using var scope = NewDisposeScope();
        var (network, shape) = Trained(name);
        var plan = Execution.ExecutionPlan.ForScoring(CPU, Execution.NetworkCost.Of(network, shape));
        using var copies = new NetworkCopies(network, name, shape, plan);
        var request = new CopyRequest(null, CopyOutput.Probabilities, new());
        var expected = Scores(0);
        Parallel.For(1, 33, new ParallelOptions { MaxDegreeOfParallelism = 8 }, _ => CollectionAssert.AreEqual(expected, Scores(0)));
        Assert.HasCount(1, copies.Descriptions);
        Assert.AreEqual(name == "lenet5" && DirectNetwork.IsSupported ? CnnScoringMethod.Direct : CnnScoringMethod.Compiled, copies.Descriptions[0].Method);

        float[] Scores(int _)
        {
            using var images = new ImageBatch(2, shape, channelsLast: true) { Count = 2 };
            var pixels = images.Images(0, 2);
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = MathF.Sin(i);
            var scores = new float[2 * shape.Classes];
            copies.Get(request, 2, message => Assert.Fail(message)).Run(images, scores);
            return scores;
        }
    }

    /// <summary>A network in evaluation mode whose normalizations do something, as after training.</summary>
    /// <param name="name">The network.</param>
    /// <param name="more">Pixels beyond its smallest image.</param>
    internal static (Module<Tensor, Tensor> Network, NetworkShape Shape) Trained(string name, int more = 2)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize + more;
        var shape = new NetworkShape(architecture.Channels, size, size, Classes: 5);
        manual_seed(1);
        var network = architecture.Build(shape);
        using var noGradient = no_grad();
        foreach (var norm in network.modules().OfType<BatchNorm2d>())
        {
            norm.RunningMean.normal_(0, 0.1);
            norm.RunningVariance.uniform_(0.5, 1.5);
            norm.Weight.uniform_(0.5, 1.5);
            norm.Bias.normal_(0, 0.1);
        }
        network.eval();
        return (network, shape);
    }

    private static Module<Tensor, Tensor> SmallNetwork(Random random, NetworkShape shape)
    {
        manual_seed(random.Next());
        var layers = new List<Module<Tensor, Tensor>>();
        var channels = shape.Channels;
        for (var i = 0; i < 2; i++)
        {
            var filters = random.Next(1, 40);
            layers.Add(new Conv2d(channels, filters, new Size2d(random.Next(1, 4), random.Next(1, 4)), stride: random.Next(1, 3),
                padding: random.Next(0, 2), bias: random.Next(2) == 0));
            if (random.Next(2) == 0)
                layers.Add(new BatchNorm2d(filters));
            layers.Add(random.Next(3) switch { 0 => new ReLU(), 1 => new Tanh(), _ => new Sigmoid() });
            channels = filters;
        }
        layers.Add(random.Next(2) == 0 ? new MaxPool2d(2) : new AvgPool2d(2));
        layers.Add(new Flatten());
        var body = new Sequential([.. layers]);
        var inputs = (int)body.call(zeros(1, shape.Channels, shape.Height, shape.Width)).size(1);
        return new Sequential([.. layers, new Linear(inputs, 37), new ReLU(), new Linear(37, shape.Classes)]);
    }

    private static void AssertNear(Tensor expected, Tensor scores, string what)
    {
        var difference = (expected - scores).abs().max().item<float>();
        Assert.IsLessThan(Tolerance, difference, $"{what}: {difference} apart");
    }
}
