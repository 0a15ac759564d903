using System.Diagnostics;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>
/// How long a training step takes in each precision and memory layout: what the rules of <see cref="ExecutionPlan.ForTraining"/> were chosen
/// from, and whether they hold on another machine.
/// </summary>
internal static class PlanBenchmark
{
    private const int Rounds = 5;
    private const int StepsToWarmUp = 2;
    private const long EnoughToTime = 3_000_000_000; // multiply-adds of a step's forward pass: a tenth of a second on two cores
    private static readonly string[] s_ways = ["bfloat16 channels last", "float32 channels last", "float32 contiguous"];
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(2);

    /// <summary>Times every network at every size, and prints a row of a table for each.</summary>
    public static void Run(IReadOnlyList<string> architectures, IReadOnlyList<int> sizes, int batch, int threads)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        Console.WriteLine("| network | pixels | images | M multiply-adds | % depthwise | % grouped | % 1×1 | " + string.Join(", ms | ", s_ways)
            + ", ms | rule | rate, of the best's |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
        foreach (var name in architectures)
            foreach (var size in sizes)
                Console.WriteLine(Row(ArchitectureCatalog.Find(name), size, batch, threads));
    }

    private static string Row(Architecture architecture, int size, int batch, int threads)
    {
        if (size < architecture.MinimumImageSize)
            return $"| {architecture.Name} | {size} | too small |";
        using var scope = NewDisposeScope();
        var shape = new NetworkShape(3, size, size, 10);
        var network = architecture.Build(shape);
        var cost = NetworkCost.Of(network, shape);
        using var libtorchThreads = LibtorchThreads.Use(threads > 0 ? threads : cost.ThreadsFor(batch, besideDecoding: false));
        var images = (int)Math.Clamp(EnoughToTime / Math.Max(1, cost.MultiplyAdds ?? 1), 2, batch);
        ExecutionPlan[] plans = [.. new (bool ChannelsLast, ScalarType? Type)[] { (true, ScalarType.BFloat16), (true, null), (false, null) }
            .Select(way => new ExecutionPlan(CPU, cost, way.ChannelsLast, way.Type))];
        var times = plans.Select(plan => Time(network, shape, plan, images)).ToArray();
        var rule = ExecutionPlan.ForTraining(CPU, cost, Precision.Auto, MemoryLayout.Auto);
        var chosen = Array.FindIndex(plans, plan => plan.ChannelsLast == rule.ChannelsLast && plan.ComputeType == rule.ComputeType);
        var graph = NetworkGraph.Trace(network, shape);
        var row = FormattableString.Invariant($"| {architecture.Name} | {size} | {images} | {cost.MultiplyAdds / 1e6:0} | {100 * cost.DepthwiseShare:0.0} | ")
            + FormattableString.Invariant($"{Share(IsGrouped):0} | {Share(IsPointwise):0} | {times[0]:0.0} | {times[1]:0.0} | {times[2]:0.0} | ");
        return row + (chosen < 0 ? "bfloat16 contiguous | |" : FormattableString.Invariant($"{s_ways[chosen]} | {times.Min() / times[chosen]:0.00} |"));

        double Share(Func<Conv2d, bool> of) =>
            100.0 * graph.Nodes.Where(node => node.Layer is Conv2d layer && of(layer)).Sum(node => node.MultiplyAdds) / Math.Max(1, graph.MultiplyAdds);
    }

    private static bool IsGrouped(Conv2d layer) => layer.Groups > 1 && layer.Groups < layer.InChannels;

    private static bool IsPointwise(Conv2d layer) => layer.Kernel is { Height: 1, Width: 1 };

    // The shortest of a few steps in milliseconds: whatever else the machine does makes a step longer, never shorter.
    private static double Time(Module<Tensor, Tensor> built, NetworkShape shape, ExecutionPlan plan, int images)
    {
        var network = plan.Prepare(built);
        network.train();
        GradientBuffer[] gradients = [.. network.parameters().Select(p => new GradientBuffer(p))];
        try
        {
            // Step 1 compiles kernels and allocates; step 2 allocates for adding to gradients.
            for (var step = 0; step < StepsToWarmUp; step++)
                Step(network, shape, gradients, plan, images);
            var clock = Stopwatch.StartNew();
            var best = double.PositiveInfinity;
            for (var round = 0; round < Rounds && (round == 0 || clock.Elapsed < s_enough); round++)
                best = Math.Min(best, Step(network, shape, gradients, plan, images));
            return best;
        }
        finally
        {
            foreach (var gradient in gradients)
                gradient.Dispose();
        }
    }

    private static double Step(Module<Tensor, Tensor> network, NetworkShape shape, GradientBuffer[] gradients, ExecutionPlan plan, int count)
    {
        using var scope = NewDisposeScope();
        foreach (var gradient in gradients)
            gradient.Clear();
        using var pixels = rand(count, shape.Height, shape.Width, shape.Channels);
        using var images = plan.ChannelsLast ? pixels.permute(0, 3, 1, 2) : pixels.permute(0, 3, 1, 2).contiguous(); // N × C × H × W
        var clock = Stopwatch.StartNew();
        network.forward(images).to(float32).square().mean().backward();
        return clock.Elapsed.TotalMilliseconds;
    }
}
