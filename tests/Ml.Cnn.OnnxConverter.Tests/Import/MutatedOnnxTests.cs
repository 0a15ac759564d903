using System.Diagnostics;
using System.Globalization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;

namespace Ml.Cnn.OnnxConverter.Tests.Import;

/// <summary>Protects the reader of ONNX files: a damaged one ends in a network that runs or in the one exception, in little time and memory.</summary>
[TestClass]
public sealed class MutatedOnnxTests
{
    private const int Count = 400;
    private const long MaximumGrowth = 768L << 20;
    private const int OneInSoMany = 8; // networks that are applied to an image, too
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30); // of the processor's time

    public required TestContext TestContext { get; init; }

    /// <summary>tests/onnx-fuzz runs this test with other counts and seeds.</summary>
    [TestMethod]
    public void Damaged_files_end_in_a_network_or_in_the_one_exception()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("MLCNN_FUZZ_COUNT"), CultureInfo.InvariantCulture, out var wanted) ? wanted : Count;
        var first = int.TryParse(Environment.GetEnvironmentVariable("MLCNN_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "mutated.onnx");
        var seeds = OnnxSeeds.All();
        foreach (var (i, whole) in seeds.Index())
        {
            File.WriteAllBytes(path, Google.Protobuf.MessageExtensions.ToByteArray(whole));
            Assert.IsTrue(Read(path, isApplied: true).IsNetwork, $"file {i} as it is");
        }
        var mutations = new MutatedOnnx(seeds);
        var firstFile = mutations.Make(first);
        var (networks, applied, refusals, slowest, slowestSeed) = (0, 0, 0, TimeSpan.Zero, 0);
        var (memory, last) = (PeakMemory(), PeakMemory());
        var (largestStep, largestSeed) = (0L, 0);
        using var watchdog = new Watchdog(s_longest);
        var total = Stopwatch.StartNew();
        for (var i = first; i < first + count; i++)
        {
            File.WriteAllBytes(path, mutations.Make(i));
            watchdog.Begin(i);
            var before = Environment.CpuUsage.TotalTime;
            try
            {
                var (isNetwork, isApplied) = Read(path, i % OneInSoMany == 0);
                _ = isNetwork ? networks++ : refusals++;
                applied += isApplied ? 1 : 0;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {i}: {exception}");
            }
            var time = Environment.CpuUsage.TotalTime - before;
            if (time > slowest)
                (slowest, slowestSeed) = (time, i);
            var peak = PeakMemory();
            if (peak - last > largestStep)
                (largestStep, largestSeed) = (peak - last, i);
            last = peak;
            if (i % 5000 == 0)
                Report();
        }
        Report();
        CollectionAssert.AreEqual(firstFile, mutations.Make(first), "a file is a function of its seed alone");
        Assert.IsGreaterThan(count / 8, networks); // else the mutations would be too coarse to get anywhere
        Assert.IsGreaterThan(count / 4, refusals);
        Assert.IsLessThan(MaximumGrowth, PeakMemory() - memory, $"growth of the peak memory, in bytes; most of it by seed {largestSeed}");

        void Report()
        {
            var line = $"seeds {first} to {first + networks + refusals - 1}: {networks} networks, {applied} of them applied, {refusals} refusals; slowest "
                + $"{slowest.TotalMilliseconds:0} ms of the processor's time (seed {slowestSeed}); peak memory grew by {PeakMemory() - memory >> 20} MiB (at "
                + $"most {largestStep >> 20} by seed {largestSeed}); {total.Elapsed.TotalSeconds:0} s";
            TestContext.WriteLine(line);
            if (count > Count)
                Console.Error.WriteLine(line);
        }
    }

    private static (bool IsNetwork, bool IsApplied) Read(string path, bool isApplied)
    {
        try
        {
            var architecture = OnnxNetwork.Load(path);
            try
            {
                return (true, isApplied && Apply(architecture));
            }
            finally
            {
                foreach (var (_, tensor) in architecture.Weights!.Tensors)
                    tensor.Dispose();
            }
        }
        catch (OnnxFormatException)
        {
            return (false, false);
        }
    }

    // What was read must run, where that is not as much work as an honest large network's.
    private static bool Apply(Architecture architecture)
    {
        const long MostWork = 50_000_000;
        if (CnnSummary.Of(architecture).MultiplyAdds > MostWork || architecture.ImageSize > 64)
            return false;
        var size = architecture.ImageSize;
        using var scope = TorchSharp.torch.NewDisposeScope();
        using var network = ImportedScores.Network(architecture, size, size);
        return HandFile.Outputs(network, architecture.Channels, size) == architecture.DefaultClasses;
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }

    /// <summary>Ends the process where a file takes too long, and says which: nothing else would.</summary>
    private sealed class Watchdog : IDisposable
    {
        private readonly Timer _timer;
        private volatile int _seed;
        private long _start;

        public Watchdog(TimeSpan longest)
        {
            Begin(0);
            _timer = new(_ =>
            {
                if (Environment.CpuUsage.TotalTime.Ticks - Interlocked.Read(ref _start) > longest.Ticks)
                    Environment.FailFast($"seed {_seed} takes more than {longest.TotalSeconds} s of the processor's time");
            }, null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        }

        public void Begin(int seed)
        {
            _seed = seed;
            Interlocked.Exchange(ref _start, Environment.CpuUsage.TotalTime.Ticks);
        }

        public void Dispose() => _timer.Dispose();
    }
}
