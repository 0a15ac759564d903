using System.Diagnostics;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>
/// Batch normalization by the library's kernels and by libtorch's operations: the two take turns in one process, so that their ratio holds on a machine whose
/// speed changes.
/// </summary>
internal static class BatchNormBenchmark
{
    private static readonly (int Channels, int Size)[] s_maps = [(16, 32), (64, 16), (128, 8), (256, 4), (64, 56), (256, 14), (512, 7), (64, 112)];

    /// <summary>The layer with a ReLU behind it, and with a sum between the two, forward and backward.</summary>
    public static void RunLayers(int batch, int rounds, int threads)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        using var libtorchThreads = LibtorchThreads.Use(threads > 0 ? threads : Environment.ProcessorCount);
        Console.WriteLine("| channels × size² | type | libtorch, µs | ours, µs | ratio | with a sum before the ReLU: libtorch, µs | ours, µs | ratio |");
        foreach (var type in (ReadOnlySpan<ScalarType>)[ScalarType.Float32, ScalarType.BFloat16])
            foreach (var (channels, size) in s_maps)
            {
                using var scope = NewDisposeScope();
                var norm = new BatchNorm2d(channels);
                norm.train();
                var (relu, add) = (new ReLU(inPlace: true), new Add(inPlace: true));
                var (input, addend, slope) = (Values().requires_grad_(), Values().requires_grad_(), Values());
                var alone = Compare(rounds, [norm], () => Backward(Chaining.Call(norm, relu, input)));
                var sum = Compare(rounds, [norm], () => Backward(norm.IsOneWith(relu, input)
                    ? norm.With(relu, input, addend)
                    : add.call([norm.call(input), addend]).Apply(relu)));
                Console.WriteLine($"| {channels} × {size}² | {type} | {Columns(alone)} | {Columns(sum)} |");

                Tensor Values() => randn(batch, size, size, channels).to(type).permute(0, 3, 1, 2);

                void Backward(Tensor output)
                {
                    output.backward([slope]);
                    (input.grad, addend.grad) = (null, null);
                }
            }

        static string Columns((double Theirs, double Ours) milliseconds) => FormattableString.Invariant(
            $"{milliseconds.Theirs * 1000:0} | {milliseconds.Ours * 1000:0} | {milliseconds.Theirs / milliseconds.Ours:0.00}");
    }

    /// <summary>Whole steps of training.</summary>
    public static void RunStep(string arch, int size, int batch, int rounds, Precision precision, MemoryLayout layout, int threads)
    {
        using var prepared = new PreparedStep(arch, size, batch, precision, layout, threads);
        var (network, optimizer, images, labels) = (prepared.Network, prepared.Optimizer, prepared.Images, prepared.Labels);
        var (theirs, ours) = Compare(rounds, [.. network.modules().OfType<BatchNorm2d>()], () =>
        {
            optimizer.ZeroGradients();
            functional.cross_entropy(network.forward(images).to(float32), labels).backward();
            optimizer.Step(IHandWrittenLoop.LearningRate);
        });
        Console.WriteLine(FormattableString.Invariant(
            $"| {arch} at {size}×{size}, batch {batch}, {prepared.Plan.PrecisionName} | {theirs:0.0} ms | {ours:0.0} ms | {theirs / ours:0.00} |"));
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
                using var scope = NewDisposeScope();
                var since = Stopwatch.GetTimestamp();
                work();
                if (round >= 0)
                    times[ours].Add(Stopwatch.GetElapsedTime(since).TotalMilliseconds);
            }
        return (Median(times[false]), Median(times[true]));

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
    }
}
