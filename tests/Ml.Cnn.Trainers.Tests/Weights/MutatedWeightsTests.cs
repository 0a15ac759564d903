using System.Diagnostics;
using System.Globalization;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>A damaged or hostile file of weights must end in a model or in our exception, in little time and little memory.</summary>
[TestClass]
public sealed class MutatedWeightsTests
{
    private const int Count = 100_000;
    private const long MaximumBytes = 4 << 20;
    private const long MaximumGrowth = 384L << 20;

    public required TestContext TestContext { get; init; }

    /// <summary>tests/fuzz runs this test with other counts and seeds.</summary>
    [TestMethod]
    public void Damaged_files_end_in_a_model_or_in_the_one_exception()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("MLCNN_FUZZ_COUNT"), CultureInfo.InvariantCulture, out var wanted) ? wanted : Count;
        var first = int.TryParse(Environment.GetEnvironmentVariable("MLCNN_FUZZ_SEED"), CultureInfo.InvariantCulture, out var seed) ? seed : 1;
        using var scope = NewDisposeScope();
        var safeTensors = new MemoryStream();
        SafeTensors.Write(safeTensors, WeightData.State().Select(pair => KeyValuePair.Create(pair.Name, pair.Tensor)),
            new Dictionary<string, string> { ["format"] = "pt" });
        byte[][] pyTorch = [.. WeightData.Names.Select(WeightData.Bytes)];
        // As many .safetensors as PyTorch's.
        var mutations = new MutatedWeights(pyTorch.Concat(Enumerable.Repeat(safeTensors.ToArray(), pyTorch.Length)));
        using var network = nn.Sequential(("conv", nn.Conv2d(3, 2, 2)));

        var (models, refusals, slowest, slowestSeed) = (0, 0, TimeSpan.Zero, 0);
        mutations.Make(0);
        Read(mutations.Make(0), network);
        var memory = PeakMemory();
        for (var i = first; i < first + count; i++)
        {
            var bytes = mutations.Make(i);
            var time = Stopwatch.StartNew();
            try
            {
                _ = Read(bytes, network) ? models++ : refusals++;
            }
            catch (Exception exception)
            {
                Assert.Fail($"seed {i} ({bytes.Length} bytes): {exception}");
            }
            if (time.Elapsed > slowest)
                (slowest, slowestSeed) = (time.Elapsed, i);
        }

        var growth = PeakMemory() - memory;
        TestContext.WriteLine($"seeds {first} to {first + count - 1}: {models} models, {refusals} refusals; "
            + $"slowest {slowest.TotalMilliseconds:0} ms (seed {slowestSeed}); peak memory grew by {growth >> 20} MiB");
        Assert.IsGreaterThan(count / 20, models); // else the mutations would be too coarse to get anywhere
        Assert.IsGreaterThan(count / 4, refusals);
        Assert.IsLessThan(MaximumGrowth, growth, "growth of the peak memory, in bytes");
        // A machine that is busy with other work may stop a thread; it does not do so every time.
        var again = Enumerable.Range(0, 3).Min(_ => Time(() => Read(mutations.Make(slowestSeed), network)));
        Assert.IsLessThan(TimeSpan.FromSeconds(2), again, $"seed {slowestSeed}");
    }

    /// <returns>Whether the bytes became a model: were read, and their tensors are whole.</returns>
    private static bool Read(byte[] bytes, nn.Module network)
    {
        try
        {
            using var stream = new MemoryStream(bytes);
            using var file = WeightsFile.Read(stream, MaximumBytes);
            foreach (var (_, tensor) in file.Tensors)
                Touch(tensor);
            var convolution = file.Tensors.Where(pair => pair.Key.StartsWith("conv.", StringComparison.Ordinal)).ToArray();
            if (convolution.Length > 0)
                ModuleState.Copy(convolution, network);
            return true;
        }
        catch (WeightsFormatException)
        {
            return false;
        }
    }

    /// <summary>Reads every byte: a tensor that lies about its memory brings the process down here.</summary>
    private static void Touch(Tensor tensor)
    {
        var sum = 0;
        foreach (var value in tensor.bytes)
            sum += value;
        GC.KeepAlive(sum);
    }

    private static TimeSpan Time(Action action)
    {
        var time = Stopwatch.StartNew();
        action();
        return time.Elapsed;
    }

    private static long PeakMemory()
    {
        using var process = Process.GetCurrentProcess();
        return process.PeakWorkingSet64;
    }
}
