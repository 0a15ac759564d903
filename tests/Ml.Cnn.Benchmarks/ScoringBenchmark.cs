using System.Diagnostics;
using System.Text.Json;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Benchmarks;

/// <summary>The time of a forward pass for scores, of one batch in memory: pixels to probabilities.</summary>
internal static class ScoringBenchmark
{
    /// <summary>Times passes after a warm-up, and prints their percentiles.</summary>
    public static void Time(Action pass, int images, double seconds)
    {
        var times = new List<double>();
        var clock = Stopwatch.StartNew();
        for (var i = 0; i < 10 || clock.Elapsed.TotalSeconds < seconds / 4; i++)
            pass();
        clock.Restart();
        while (times.Count < 10 || clock.Elapsed.TotalSeconds < seconds)
        {
            var start = Stopwatch.GetTimestamp();
            pass();
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }
        times.Sort();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            images_per_second = Math.Round(images / Percentile(0.5) * 1000, 2),
            best_ms = Math.Round(times[0], 3),
            p50_ms = Math.Round(Percentile(0.5), 3),
            p95_ms = Math.Round(Percentile(0.95), 3),
            p99_ms = Math.Round(Percentile(0.99), 3),
            passes = times.Count,
            peak_rss_mib = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
        }));

        double Percentile(double share) => times[(int)Math.Min(times.Count - 1, share * times.Count)];
    }

    /// <summary>The library's network, layer by layer or as its compiled copy.</summary>
    public static void RunOurs(string arch, int size, int batch, CnnScoringOptions options, int threads, double seconds)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        var architecture = ArchitectureCatalog.Find(arch);
        var shape = new NetworkShape(architecture.Channels, size, size, architecture.Channels == 1 ? 10 : 1000);
        var network = architecture.Build(shape);
        network.eval();
        var plan = ExecutionPlan.ForScoring(CPU, NetworkCost.Of(network, shape));
        plan.Prepare(network);
        using var copies = new NetworkCopies(network, arch, shape, plan);
        using var libtorchThreads = LibtorchThreads.Use(threads > 0 ? threads : plan.Cost.ThreadsFor(batch, besideDecoding: false));
        using var images = new ImageBatch(batch, shape, channelsLast: true) { Count = batch };
        using (var pixels = rand(images.Pixels.shape))
            images.Pixels.copy_(pixels);
        var start = Stopwatch.GetTimestamp();
        var copy = copies.Get(new(Layer: null, CopyOutput.Probabilities, options), batch, Console.Error.WriteLine);
        Console.Error.WriteLine(FormattableString.Invariant(
            $"{copy.Description}, made in {Stopwatch.GetElapsedTime(start).TotalMilliseconds:0} ms; {get_num_threads()} threads"));
        var scores = new float[batch * shape.Classes];
        Time(() => copy.Run(images, scores), batch, seconds);
    }
}
