using System.Diagnostics;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using LibrarySequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Benchmarks;

/// <summary>
/// Batch normalization by the library's kernels and by libtorch's operations: the two take turns in one process, so that their ratio holds on a machine whose
/// speed changes.
/// </summary>
internal static class BatchNormBenchmark
{
    private static readonly (int Channels, int Size)[] s_maps = [(16, 32), (64, 4), (64, 16), (128, 8), (512, 2), (64, 56), (256, 14), (512, 7), (64, 112)];

    /// <summary>The layer with a ReLU behind it, forward and backward, a line for each shape and type.</summary>
    public static void RunLayers(int batch, int rounds, int threads)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        using var libtorchThreads = LibtorchThreads.Use(threads > 0 ? threads : Environment.ProcessorCount);
        Console.WriteLine("| channels × size², type | activation | libtorch, µs | ours, µs | ratio |");
        foreach (var type in (ReadOnlySpan<ScalarType>)[ScalarType.Float32, ScalarType.BFloat16])
            foreach (var (channels, size) in s_maps)
                foreach (var rectified in (ReadOnlySpan<bool>)[true, false])
                {
                    using var scope = NewDisposeScope();
                    var norm = new BatchNorm2d(channels);
                    // The second is called as it is in a network: with something before it.
                    var layer = rectified ? new LibrarySequential(norm, new ReLU(inPlace: true)) : new LibrarySequential(norm);
                    layer.train();
                    var input = randn(batch, size, size, channels).to(type).permute(0, 3, 1, 2).requires_grad_();
                    var slope = randn(batch, size, size, channels).to(type).permute(0, 3, 1, 2);
                    var (theirs, ours) = Compare(rounds, [norm], () =>
                    {
                        using var step = NewDisposeScope();
                        layer.call(input).backward([slope]);
                        input.grad = null;
                    });
                    Console.WriteLine(FormattableString.Invariant(
                        $"| {channels} × {size}², {type} | {(rectified ? "ReLU" : "none")} | {theirs * 1000:0} | {ours * 1000:0} | {theirs / ours:0.00} |"));
                }
    }

    /// <summary>Whole steps of training.</summary>
    public static void RunStep(string arch, int size, int batch, int rounds, Precision precision, MemoryLayout layout, int threads)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        var shape = new NetworkShape(3, size, size, 10);
        var network = ArchitectureCatalog.Find(arch).Build(shape);
        var cost = NetworkCost.Of(network, shape);
        using var libtorchThreads = LibtorchThreads.Use(threads > 0 ? threads : cost.ThreadsFor(batch, besideDecoding: false));
        var plan = ExecutionPlan.ForTraining(CPU, cost, precision, layout);
        network = plan.Prepare(network);
        network.train();
        using var optimizer = new Sgd([new([.. network.parameters()], RateFactor: 1, IHandWrittenLoop.WeightDecay)], IHandWrittenLoop.Momentum,
            nesterov: false);
        using var pixels = rand(batch, size, size, 3);
        using var images = plan.ChannelsLast ? pixels.permute(0, 3, 1, 2) : pixels.permute(0, 3, 1, 2).contiguous();
        using var labels = randint(10, batch);
        var (theirs, ours) = Compare(rounds, [.. network.modules().OfType<BatchNorm2d>()], () =>
        {
            using var scope = NewDisposeScope();
            optimizer.ZeroGradients();
            functional.cross_entropy(network.forward(images).to(float32), labels).backward();
            optimizer.Step(IHandWrittenLoop.LearningRate);
        });
        Console.WriteLine(FormattableString.Invariant(
            $"| {arch} at {size}×{size}, batch {batch}, {plan.PrecisionName} | {theirs:0.0} ms | {ours:0.0} ms | {theirs / ours:0.00} |"));
    }

    // The medians of both, in milliseconds. Each round begins with the other side.
    private static (double Theirs, double Ours) Compare(int rounds, IReadOnlyList<BatchNorm2d> norms, Action work)
    {
        var times = new Dictionary<bool, List<double>> { [false] = [], [true] = [] };
        for (var round = -Math.Max(3, rounds / 4); round < rounds; round++)
            foreach (var ours in (ReadOnlySpan<bool>)[round % 2 == 0, round % 2 != 0])
            {
                foreach (var norm in norms)
                    norm.UsesKernels = ours;
                var since = Stopwatch.GetTimestamp();
                work();
                if (round >= 0)
                    times[ours].Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
        return (Median(times[false]), Median(times[true]));

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
