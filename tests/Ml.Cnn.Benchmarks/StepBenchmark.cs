using System.Diagnostics;
using Ml.Cnn.Trainers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Benchmarks;

/// <summary>Where the time of one of the library's training steps goes, on one batch in memory.</summary>
internal static class StepBenchmark
{
    private const int WarmUp = 5;

    public static void Run(string arch, int size, int batch, int steps, Precision precision, MemoryLayout layout, int threads)
    {
        using var prepared = new PreparedStep(arch, size, batch, precision, layout, threads);
        var (network, optimizer, images, labels) = (prepared.Network, prepared.Optimizer, prepared.Images, prepared.Labels);

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
        Console.WriteLine(FormattableString.Invariant($"{prepared.Plan.ForReaders(get_num_threads())}; milliseconds: {parts}"));
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
