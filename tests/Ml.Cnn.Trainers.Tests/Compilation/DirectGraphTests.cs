using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Compilation.Direct;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdaptiveAvgPool2d = Ml.Cnn.Trainers.Layers.AdaptiveAvgPool2d;
using BatchNorm2d = Ml.Cnn.Trainers.Layers.BatchNorm2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Flatten = Ml.Cnn.Trainers.Layers.Flatten;
using Hardsigmoid = Ml.Cnn.Trainers.Layers.Hardsigmoid;
using Hardswish = Ml.Cnn.Trainers.Layers.Hardswish;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using ReLU = Ml.Cnn.Trainers.Layers.ReLU;
using ReLU6 = Ml.Cnn.Trainers.Layers.ReLU6;
using Sigmoid = Ml.Cnn.Trainers.Layers.Sigmoid;
using SiLU = Ml.Cnn.Trainers.Layers.SiLU;

namespace Ml.Cnn.Trainers.Tests.Compilation;

/// <summary>Networks with depthwise convolutions, computed by the library's own kernels, give the network's scores: always the same ones.</summary>
[TestClass]
public sealed class DirectGraphTests
{
    private const float Tolerance = 1e-5f;

    /// <summary>Protects the families that are meant: each is computed so, and gives its scores, at sizes whose maps are cut up in each way.</summary>
    [TestMethod]
    [DataRow("mobilenet_v1", 0)]
    [DataRow("mobilenet_v1", 130)]
    [DataRow("mobilenet_v2", 1)]
    [DataRow("mobilenet_v2", 96)]
    [DataRow("mobilenet_v3_small", 30)]
    [DataRow("mobilenet_v3_large", 96)]
    [DataRow("mnasnet0_5", 17)]
    [DataRow("efficientnet_b0", 70)]
    [DataRow("efficientnet_b1", 3)]
    [DataRow("efficientnet_v2_s", 2)]
    [DataRow("shufflenet_v2_x0_5", 60)]
    [DataRow("shufflenet_v2_x1_5", 223)]
    [DataRow("squeezenet1_1", 40)]
    public void A_network_s_scores_are_its_own(string name, int more)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = CompiledNetworkTests.Trained(name, more);
        var program = new FusedProgram(NetworkGraph.Trace(network, shape).Program());
        using var images = Random(3, shape);
        var expected = functional.softmax(network.call(images.Pixels), 1);
        AssertSame(expected, program, CopyOutput.Probabilities, images, name);
    }

    /// <summary>Protects networks of one's own: channels that fill no vector, windows, strides and paddings of all kinds, branches, maps of a pixel.</summary>
    [TestMethod]
    public void Any_network_s_scores_are_its_own()
    {
        var seed = Environment.TickCount;
        Console.WriteLine($"seed {seed}");
        var random = new Random(seed);
        for (var trial = 0; trial < 40; trial++)
        {
            using var scope = NewDisposeScope();
            using var mode = inference_mode();
            manual_seed(random.Next());
            var shape = new NetworkShape(random.Next(1, 5), random.Next(5, 70), random.Next(5, 70), random.Next(2, 40));
            using var network = new Blocks(random, shape);
            network.eval();
            var program = new FusedProgram(NetworkGraph.Trace(network, shape).Program());
            using var images = Random(2, shape);
            AssertSame(network.call(images.Pixels), program, CopyOutput.Values, images, $"trial {trial}");
        }
    }

    /// <summary>Protects features: the means of a map that a network has in its middle.</summary>
    [TestMethod]
    public void Features_are_the_network_s_own()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = CompiledNetworkTests.Trained("mobilenet_v2", 30);
        var part = NetworkGraph.Trace(network, shape);
        var program = part.UpTo(part.Nodes.Last(node => node.Kind == LayerKinds.Conv2d && node.Shape.Count == 4));
        using var images = Random(2, shape);
        AssertSame(program.Run(images.Pixels).mean([2, 3]), new(program), CopyOutput.ChannelMeans, images, "features");
    }

    /// <summary>Protects whoever passes scores on: damaged weights give numbers that are none, through all kinds of steps.</summary>
    [TestMethod]
    [DataRow("mobilenet_v2", "features.1.conv.0.0.weight")]
    [DataRow("mobilenet_v2", "features.17.conv.2.weight")]
    [DataRow("mobilenet_v3_large", "features.4.block.2.fc1.weight")]
    [DataRow("efficientnet_b0", "features.2.0.block.1.0.weight")]
    public void What_is_no_number_is_passed_on(string name, string weight)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var (network, shape) = CompiledNetworkTests.Trained(name, 40);
        network.get_parameter(weight)!.fill_(float.NaN);
        var program = new FusedProgram(NetworkGraph.Trace(network, shape).Program());
        using var images = Random(1, shape);
        foreach (var vectors in DirectVectors.All)
        {
            var scores = new float[shape.Classes];
            using var copy = DirectGraphBuilder.Build(program, CopyOutput.Probabilities, vectors);
            copy.Run(images, scores);
            Assert.IsTrue(scores.All(float.IsNaN), string.Join(", ", scores));
        }
    }

    /// <summary>Protects apps that answer all day: nothing is left to the garbage collector.</summary>
    [TestMethod]
    [DataRow(1)]
    [DataRow(2)]
    public void An_image_allocates_nothing(int threads)
    {
        using var scope = NewDisposeScope();
        var (network, shape) = CompiledNetworkTests.Trained("mobilenet_v3_small", 0);
        using var copy = DirectGraphBuilder.Build(new(NetworkGraph.Trace(network, shape).Program()), CopyOutput.Probabilities, DirectVectors.All[0]);
        using var used = LibtorchThreads.Use(threads);
        var (image, scores) = (new float[shape.Channels * shape.Height * shape.Width], new float[shape.Classes]);
        for (var i = 0; i < 3; i++)
            copy.Run(image, scores, threads);
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 20; i++)
            copy.Run(image, scores, threads);
        Assert.AreEqual(before, GC.GetAllocatedBytesForCurrentThread());
    }

    /// <summary>Protects apps with many threads: one copy serves all, also while libtorch's threads are at work for others.</summary>
    [TestMethod]
    public void Many_threads_may_run_one_copy()
    {
        using var scope = NewDisposeScope();
        var (network, shape) = CompiledNetworkTests.Trained("mobilenet_v3_small", 190); // maps on which each weight is used many times
        using var copies = new NetworkCopies(network, "mobilenet_v3_small", shape, ExecutionPlan.ForScoring(CPU, NetworkCost.Of(network, shape)));
        var request = new CopyRequest(null, CopyOutput.Probabilities, new());
        var expected = Scores(1);
        Parallel.For(1, 65, new ParallelOptions { MaxDegreeOfParallelism = 8 }, call => CollectionAssert.AreEqual(expected, Scores(1 + call % 3)));
        Assert.HasCount(1, copies.Descriptions, "one copy for single images and batches");
        Assert.AreEqual(DirectVectors.All.Count > 0 ? CnnScoringMethod.Direct : CnnScoringMethod.Compiled, copies.Descriptions[0].Method);

        float[] Scores(int threads)
        {
            using var used = LibtorchThreads.Use(threads);
            using var images = new ImageBatch(5, shape, channelsLast: true) { Count = 5 };
            var pixels = images.Images(0, 5);
            for (var i = 0; i < pixels.Length; i++)
                pixels[i] = MathF.Sin(i);
            var scores = new float[5 * shape.Classes];
            copies.Get(request, 5, message => Assert.Fail(message)).Run(images, scores);
            return scores;
        }
    }

    /// <summary>Protects batches of small images: where a weight would come from memory for each image, to be used a few times, libtorch computes.</summary>
    [TestMethod]
    public void On_small_images_single_ones_alone_are_computed_so()
    {
        if (DirectVectors.All.Count == 0)
            Assert.Inconclusive("This processor has no fused multiply-add.");
        using var scope = NewDisposeScope();
        var (network, shape) = CompiledNetworkTests.Trained("mobilenet_v3_small", 0);
        using var copies = new NetworkCopies(network, "mobilenet_v3_small", shape, ExecutionPlan.ForScoring(CPU, NetworkCost.Of(network, shape)));
        var request = new CopyRequest(null, CopyOutput.Probabilities, new());
        var (single, batch) = (Made(1), Made(4));
        Assert.AreEqual((CnnScoringMethod.Direct, 1), (single.Method, single.Images));
        Assert.AreEqual(CnnScoringMethod.Compiled, batch.Method);

        CnnScoringCopy Made(int images) => copies.Get(request, images, message => Assert.Fail(message)).Description;
    }

    /// <summary>Protects large networks: those with windows that oneDNN computes in less time are left to it.</summary>
    [TestMethod]
    public void Networks_with_large_windows_are_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        var (network, shape) = CompiledNetworkTests.Trained("resnet18", 0);
        var program = new FusedProgram(NetworkGraph.Trace(network, shape).Program());
        foreach (var vectors in DirectVectors.All)
            Assert.ThrowsExactly<NotSupportedException>(() => DirectGraphBuilder.Build(program, CopyOutput.Probabilities, vectors));
    }

    /// <summary>Protects networks of one's own: what no step computes is refused, not left out.</summary>
    [TestMethod]
    public void A_sum_behind_a_depthwise_convolution_is_left_to_libtorch()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var shape = new NetworkShape(4, 9, 9, 4);
        using var network = new DepthwiseSum();
        network.eval();
        var program = new FusedProgram(NetworkGraph.Trace(network, shape).Program());
        foreach (var vectors in DirectVectors.All)
            Assert.ThrowsExactly<NotSupportedException>(() => DirectGraphBuilder.Build(program, CopyOutput.Values, vectors));
    }

    /// <summary>Protects who allows bfloat16: float32 by the library's own kernels is among what is timed, and stays where nothing is faster.</summary>
    [TestMethod]
    public void Where_less_is_allowed_each_batch_has_a_copy_of_its_own()
    {
        if (!OneDnn.ComputesInBFloat16 || DirectVectors.All.Count == 0)
            Assert.Inconclusive("This processor has no instructions for bfloat16.");
        using var scope = NewDisposeScope();
        var (network, shape) = CompiledNetworkTests.Trained("mobilenet_v3_small", 0);
        using var copies = new NetworkCopies(network, "mobilenet_v3_small", shape, ExecutionPlan.ForScoring(CPU, NetworkCost.Of(network, shape)));
        var request = new CopyRequest(null, CopyOutput.Probabilities, new() { Precision = Precision.Auto, AllowReducedPrecision = true });
        foreach (var images in new[] { 1, 4 })
        {
            var made = copies.Get(request, images, message => Assert.Fail(message)).Description;
            Assert.AreEqual(images == 1, made.Images == 1, made.ToString());
            // Compiled float32 wins too, on processors whose instructions for bfloat16 are slow.
            Assert.IsTrue(made.Method != CnnScoringMethod.Direct || made.Precision == Precision.Float32, made.ToString());
        }
    }

    // Bit for bit the same whatever computes them, near the network's own.
    private static void AssertSame(Tensor expected, FusedProgram program, CopyOutput output, ImageBatch images, string what)
    {
        float[]? first = null;
        foreach (var vectors in DirectVectors.All)
        {
            using var copy = DirectGraphBuilder.Build(program, output, vectors);
            var made = new float[expected.numel()];
            copy.Run(images, made);
            var scale = Math.Max(1, expected.abs().max().item<float>());
            var difference = (tensor(made).view(expected.shape) - expected).abs().max().item<float>() / scale;
            Assert.IsLessThan(Tolerance, difference, $"{what}, vectors of {vectors.Width}: {difference} apart");
            foreach (var threads in new[] { 1, 2, 3 })
            {
                using var used = LibtorchThreads.Use(threads);
                var image = new float[copy.Length];
                copy.Run(images.Image(0), image, threads);
                CollectionAssert.AreEqual(made[..copy.Length], image, $"{what}, vectors of {vectors.Width}, {threads} threads");
            }
            CollectionAssert.AreEqual(first ??= made, made, $"{what}, vectors of {vectors.Width}");
        }
    }

    private static ImageBatch Random(int count, NetworkShape shape)
    {
        var images = new ImageBatch(count, shape, channelsLast: true) { Count = count };
        images.Pixels.copy_(randn(count, shape.Channels, shape.Height, shape.Width));
        return images;
    }

    /// <summary>A depthwise convolution whose output is added to its input.</summary>
    private sealed class DepthwiseSum : Module<Tensor, Tensor>
    {
        private readonly Conv2d depthwise = new(4, 4, 3, padding: 1, groups: 4);
        private readonly Add sum = new();
        private readonly AdaptiveAvgPool2d pool = new(1);
        private readonly Flatten flatten = new();

        public DepthwiseSum() : base(nameof(DepthwiseSum)) => RegisterComponents();

        public override Tensor forward(Tensor images) => flatten.call(pool.call(sum.call([depthwise.call(images), images])));
    }

    /// <summary>A stem, some inverted residuals by chance, and a head.</summary>
    private sealed class Blocks : Module<Tensor, Tensor>
    {
        private readonly List<Module<Tensor, Tensor>> _layers = [];
        private readonly List<Func<Tensor, Tensor>> _forward = [];

        public Blocks(Random random, NetworkShape shape) : base("blocks")
        {
            var channels = random.Next(1, 40);
            if (random.Next(4) > 0)
            {
                var (stride, padding, hasBias) = (random.Next(1, 3), random.Next(0, 3), random.Next(2) == 0);
                Append(new Conv2d(shape.Channels, channels, random.Next(1, 5), stride: stride, padding: padding, bias: hasBias), new BatchNorm2d(channels),
                    Activation(random));
            }
            else
            {
                channels = shape.Channels;
            }
            for (var block = random.Next(1, 4); block > 0; block--)
                channels = AppendBlock(random, channels);
            Append(new AdaptiveAvgPool2d(1), new Flatten(), new Linear(channels, shape.Classes));
            foreach (var (layer, number) in _layers.Select((layer, number) => (layer, number)))
                register_module($"layer{number}", layer);
        }

        public override Tensor forward(Tensor images) => _forward.Aggregate(images, (value, layer) => layer(value));

        private int AppendBlock(Random random, int channels)
        {
            var (inner, filters) = (random.Next(3) == 0 ? channels : random.Next(1, 90), random.Next(2) == 0 ? channels : random.Next(1, 40));
            var kernel = new Size2d(random.Next(1, 6), random.Next(1, 6));
            var (stride, hasGate) = (random.Next(1, 3), random.Next(2) == 0);
            List<Module<Tensor, Tensor>> before = inner == channels && random.Next(2) == 0 ? []
                : [new Conv2d(channels, inner, 1, bias: false), new BatchNorm2d(inner), Activation(random)];
            before.AddRange([new Conv2d(inner, inner, kernel, stride: stride, padding: new Size2d(kernel.Height / 2, kernel.Width / 2), groups: inner),
                new BatchNorm2d(inner), Activation(random)]);
            Module<Tensor, Tensor>[] gate = [new AdaptiveAvgPool2d(1), new Conv2d(inner, random.Next(1, 9), 1), new ReLU()];
            gate = [.. gate, new Conv2d(((Conv2d)gate[1]).OutChannels, inner, 1), random.Next(2) == 0 ? new Sigmoid() : new Hardsigmoid()];
            Module<Tensor, Tensor>[] after = [new Conv2d(inner, filters, 1), .. random.Next(2) == 0 ? [] : new[] { Activation(random) }];
            var (multiply, add) = (new Multiply(), new Add());
            _layers.AddRange([.. before, .. after]);
            if (hasGate)
                _layers.AddRange(gate);
            var isResidual = random.Next(3) > 0;
            _forward.Add(input =>
            {
                var value = before.Aggregate(input, (value, layer) => layer.call(value));
                if (hasGate)
                    value = multiply.call([value, gate.Aggregate(value, (value, layer) => layer.call(value))]);
                value = after[0].call(value);
                if (isResidual && value.shape.SequenceEqual(input.shape))
                    value = add.call([value, input]);
                return after.Skip(1).Aggregate(value, (value, layer) => layer.call(value));
            });
            return filters;
        }

        private void Append(params Module<Tensor, Tensor>[] layers)
        {
            _layers.AddRange(layers);
            _forward.AddRange(layers.Select(layer => (Func<Tensor, Tensor>)layer.call));
        }

        private static Module<Tensor, Tensor> Activation(Random random) =>
            random.Next(4) switch { 0 => new ReLU(), 1 => new ReLU6(), 2 => new Hardswish(), _ => new SiLU() };
    }
}
