using System.Text.Json;

namespace MlCnn.Cli.Tests;

/// <summary>'mlcnn compare' in a process that may ask for so much memory and no more (ulimit -d).</summary>
[TestClass]
public sealed class LackOfMemoryTests : CliTest
{
    /// <summary>
    /// In MiB. The network's own batches of 64 take 1,700 and half of them 1,200, the process itself among it. In between libtorch asks for pieces of 160, so
    /// that what fails is one of them.
    /// </summary>
    private static readonly int[] s_limits = [1_260, 1_290, 1_230];

    // 128 + SIGABRT, SIGSEGV
    private static readonly int[] s_native = [134, 139];

    public required TestContext TestContext { get; set; }

    /// <summary>
    /// Protects comparisons on machines without much memory: a trial whose batches do not fit goes on with smaller ones, in the same process, the journal
    /// tells, and the experiment has a result.
    /// </summary>
    /// <remarks>
    /// Where no more than a few hundred kilobytes are left when oneDNN makes the code of an operation, it throws what TorchSharp does not catch, and the
    /// process is over. How much is left depends on the machine: then another limit is tried.
    /// </remarks>
    [TestMethod]
    public void Where_batches_do_not_fit_into_memory_halves_do()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("Skipped: this test limits memory as Linux does.");
        foreach (var limit in s_limits)
        {
            var result = Compare(limit);
            TestContext.WriteLine($"{limit} MiB: exit code {result.ExitCode}");
            if (s_native.Contains(result.ExitCode))
            {
                Directory.Delete(Path.Join(Folder, "e"), recursive: true);
                continue;
            }
            Check(result.Expect(0));
            return;
        }
        Assert.Fail("The process died under every limit.");
    }

    private void Check(CliResult result)
    {
        var journal = File.ReadLines(Path.Join(Folder, "e", "journal.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToArray();
        var decided = journal.Single(line => line.GetProperty("event").GetString() == "decided");
        var ended = journal.Single(line => line.GetProperty("event").GetString() == "ended").GetProperty("result");
        Assert.AreEqual(64, decided.GetProperty("configuration").GetProperty("batchSize").GetInt32(), "what the network's own batches are");
        Assert.AreEqual("completed", ended.GetProperty("status").GetString());
        var batchSize = ended.GetProperty("batchSize").GetInt32();
        CollectionAssert.Contains(new[] { 32, 16 }, batchSize, "the journal tells");
        Assert.AreEqual("over", journal[^1].GetProperty("event").GetString());

        var best = result.Json.GetProperty("best");
        Assert.AreEqual(batchSize, best.GetProperty("settings").GetProperty("batchSize").GetInt32());
        Assert.AreEqual(50, best.GetProperty("imagesSeen").GetInt32(), "five of the six images of each class are trained on");
        Assert.IsTrue(File.Exists(Path.Join(Folder, "e", "best", "model.zip")));
    }

    // As many threads on every machine: each has a stack, which counts.
    private CliResult Compare(int mebibytes) => Cli.Finish(Cli.StartProcess(Folder, "bash",
    [
        "-c", "ulimit -d $1; shift; export OMP_NUM_THREADS=1 DOTNET_PROCESSOR_COUNT=2; exec dotnet \"$@\"", "bash",
        FormattableString.Invariant($"{mebibytes * 1024}"), Cli.Assembly, "compare", "--data", "digits:60", "--archs", "squeezenet1_1", "--image-sizes", "320",
        "--budget", "60 images", "--max-epochs", "1", "--seed", "3", "--threads", "1", "--out", "e", "--json",
    ]));
}
