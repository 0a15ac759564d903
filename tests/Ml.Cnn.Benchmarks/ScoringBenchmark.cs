using System.Diagnostics;
using System.Text.Json;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Compilation.Direct;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
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
            p50_ms = Math.Round(Percentile(0.5), 3),
            p95_ms = Math.Round(Percentile(0.95), 3),
            p99_ms = Math.Round(Percentile(0.99), 3),
            passes = times.Count,
            peak_rss_mib = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
        }));

        double Percentile(double share) => times[(int)Math.Min(times.Count - 1, share * times.Count)];
    }

    /// <summary>The library's network, layer by layer or compiled.</summary>
    public static void RunOurs(string arch, int size, int batch, int packedFor, ScalarType type, bool compiled, bool oneDnn, bool direct, int threads, double seconds)
    {
        using var allocator = GlibcAllocator.KeepFreedMemory();
        var architecture = ArchitectureCatalog.Find(arch);
        var channels = arch.StartsWith("lenet", StringComparison.Ordinal) ? 1 : 3;
        var shape = new NetworkShape(channels, size, size, channels == 1 ? 10 : 1000);
        var network = architecture.Build(shape);
        network.eval();
        var cost = NetworkCost.Of(network, shape);
        network = ExecutionPlan.ForScoring(CPU, cost).Prepare(network);
        using var libtorchThreads = LibtorchThreads.Use(threads > 0 ? threads : cost.ThreadsFor(batch, besideDecoding: false));
        using var pixels = rand(batch, size, size, channels);
        using var images = pixels.permute(0, 3, 1, 2);
        using var copy = CompiledNetwork.Of(NetworkGraph.Trace(network, shape).Program(), new(packedFor > 0 ? packedFor : batch, type, oneDnn), softmax: true);
        if (direct)
        {
            var small = DirectNetwork.Of(new(NetworkGraph.Trace(network, shape).Program()));
            var memory = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(pixels.bytes).ToArray();
            var output = new float[batch * shape.Classes];
            small.Run(memory, output, 1);
            using var logits = network.forward(images).detach();
            using var made = tensor(output).reshape(batch, shape.Classes);
            Console.Error.WriteLine((made - logits).abs().max().item<float>());
            Time(() => small.Run(memory, output, threads == 0 && batch > 12 ? 2 : 1), batch, seconds);
            return;
        }
        using (inference_mode())
        {
            using var ours = copy.Run(images);
            using var reference = nn.functional.softmax(network.forward(images), 1);
            Console.Error.WriteLine(FormattableString.Invariant(
                $"largest difference of scores {(ours - reference).abs().max().item<float>():0.0e0} (scores to {reference.max().item<float>():0.000}); weights {copy.Bytes >> 20} MiB; {get_num_threads()} threads"));
        }
        using var mode = inference_mode();
        Time(() =>
        {
            using var scope = NewDisposeScope();
            _ = compiled ? copy.Run(images) : nn.functional.softmax(network.forward(images), 1);
        }, batch, seconds);
    }
}
