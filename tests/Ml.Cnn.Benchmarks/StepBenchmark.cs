using System.Diagnostics;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>Where the time of one of the library's training steps goes, on one batch in memory.</summary>
internal static class StepBenchmark
{
    private const int WarmUp = 5;

    public static void Run(string arch, int size, int batch, int steps, Precision precision, MemoryLayout layout, int threads)
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

        var parts = new StepParts();
        for (var step = -WarmUp; step < steps; step++)
        {
            using var scope = NewDisposeScope();
            parts.Begin();
            optimizer.ZeroGradients();
            parts.End("zero gradients");
            var logits = network.forward(images);
            parts.End("forward");
            var loss = functional.cross_entropy(logits.to(float32), labels);
            parts.End("loss");
            loss.backward();
            parts.End("backward");
            optimizer.Step(IHandWrittenLoop.LearningRate);
            parts.End("move");
            if (step == -1)
                parts.Clear();
        }
        Console.WriteLine(FormattableString.Invariant($"{plan.ForReaders(get_num_threads())}; milliseconds: {parts}"));
    }

    /// <summary>The time of each part of a step.</summary>
    private sealed class StepParts
    {
        private readonly Dictionary<string, List<double>> _milliseconds = [];
        private long _since;

        public void Begin() => _since = Stopwatch.GetTimestamp();

        public void End(string part)
        {
            if (!_milliseconds.TryGetValue(part, out var times))
                _milliseconds.Add(part, times = []);
            times.Add(Stopwatch.GetElapsedTime(_since).TotalMilliseconds);
            Begin();
        }

        public void Clear() => _milliseconds.Clear();

        /// <summary>The medians, and the median of the sums.</summary>
        public override string ToString()
        {
            var sums = _milliseconds.Values.Aggregate((a, b) => [.. a.Zip(b, (x, y) => x + y)]);
            return string.Join(", ", _milliseconds.Append(new("sum", sums))
                .Select(p => FormattableString.Invariant($"{p.Key} {p.Value.Order().ElementAt(p.Value.Count / 2):0.00}")));
        }
    }
}
