using System.Runtime.InteropServices;
using Microsoft.ML;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>What training changes in the process, its callbacks leave alone, and the process gets back.</summary>
[TestClass]
public sealed class ProcessSettingsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the speed of a training, and sums that are split by threads, from a callback that scores a model.</summary>
    [TestMethod]
    public void Scoring_in_a_callback_leaves_the_trainings_threads()
    {
        var own = get_num_threads();
        try
        {
            set_num_threads(3);
            var data = s_mlContext.Data.GenerateDigits(60);
            var model = s_mlContext.FitLeNet(data);
            var threads = new List<int>();
            s_mlContext.FitLeNet(data, Pipelines.Options(epochs: 2, o => (o.NetworkThreads, o.EpochCallback) = (2, _ =>
            {
                threads.Add(get_num_threads());
                Assert.HasCount(60, Pipelines.Scores(model.Transform(data)));
                threads.Add(get_num_threads());
            }
            )));
            CollectionAssert.AreEqual(new[] { 2, 2, 2, 2 }, threads);
            using (LibtorchThreads.Use(1))
            {
                var inner = LibtorchThreads.Use(4);
                inner.Dispose();
                inner.Dispose();
                Assert.AreEqual(1, get_num_threads());
            }
            Assert.AreEqual(3, get_num_threads());
        }
        finally
        {
            set_num_threads(own);
        }
    }

    /// <summary>Protects a training's dropout from a callback that loads, imports or trains a model.</summary>
    [TestMethod]
    [DataRow("load")]
    [DataRow("import")]
    [DataRow("train")]
    public void A_model_that_is_made_in_a_callback_leaves_the_trainings_dropout(string way)
    {
        var data = s_mlContext.Data.GenerateDigits(100);
        var other = s_mlContext.FitLeNet(data);
        var file = s_mlContext.Save(other);
        var weights = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():n}.safetensors");
        using (var stream = File.Create(weights))
            ModuleState.Save(other.LastTransformer.Scorer.Network, stream);
        try
        {
            Action<CnnEpoch> make = way switch
            {
                "load" => _ => Pipelines.Load(file),
                "import" => _ => s_mlContext.Model.ImportCnn("lenet5", weights),
                _ => _ => s_mlContext.FitLeNet(data),
            };
            var undisturbed = Train(_ => { });
            Assert.AreEqual(undisturbed, Train(_ => { }), "the training repeats");
            Assert.AreEqual(undisturbed, Train(make));
        }
        finally
        {
            File.Delete(weights);
        }

        string Train(Action<CnnEpoch> callback) =>
            Pipelines.Weights(s_mlContext.FitOwn(data, WithDropout, o => (o.Epochs, o.Seed, o.EpochCallback) = (3, 7, callback)));

        static Module<Tensor, Tensor> WithDropout(int channels, int classes) =>
            Sequential(("flatten", Flatten()), ("dropout", Dropout(0.5)), ("linear", Linear(channels * 28 * 28, classes)));
    }

    /// <summary>Protects the process's own random numbers.</summary>
    [TestMethod]
    public void The_process_gets_its_random_state_back()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(5);
        var before = random.get_rng_state();
        s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(60));
        Assert.IsTrue(random.get_rng_state().Equals(before));
        var held = RandomState.BuildForTraining(1, () => 0, out _);
        held.Dispose();
        random.manual_seed(6);
        held.Dispose(); // once more: nothing is put back
        Assert.IsFalse(random.get_rng_state().Equals(before));
    }

    /// <summary>Protects programs that were started with their own malloc settings.</summary>
    [TestMethod]
    [DataRow(null, null, null, null, 65_536, 131_072, 131_072)]
    [DataRow("0", "17179869184", null, null, 0, int.MaxValue, 131_072)]
    [DataRow("7", null, "0x1000", null, 7, 131_072, 4_096)]
    [DataRow("7", "9", null, "glibc.malloc.mmap_max=3:glibc.malloc.top_pad=5:glibc.cpu.x=1", 3, 9, 5)]
    [DataRow("no number", "-1", "", "glibc.malloc.mmap_max", 65_536, 131_072, 131_072)]
    public void What_malloc_gets_back_is_what_the_environment_had_set(string? mmapMax, string? trimThreshold, string? topPad, string? tunables,
        int expectedMmapMax, int expectedTrimThreshold, int expectedTopPad)
    {
        var environment = new Dictionary<string, string?>
        {
            ["MALLOC_MMAP_MAX_"] = mmapMax,
            ["MALLOC_TRIM_THRESHOLD_"] = trimThreshold,
            ["MALLOC_TOP_PAD_"] = topPad,
            ["GLIBC_TUNABLES"] = tunables,
        };
        Assert.AreEqual(new GlibcAllocator.MallocSettings(expectedMmapMax, expectedTrimThreshold, expectedTopPad),
            GlibcAllocator.MallocSettings.OfProcess(environment.GetValueOrDefault));
    }

    /// <summary>Protects processes that may not ask for all the memory that there is: what malloc kept there would be missing elsewhere.</summary>
    [TestMethod]
    [DataRow("unlimited", "unlimited", "0\n", false)]
    [DataRow("unlimited", "unlimited", "", false)]
    [DataRow("1290240000", "unlimited", "1\n", true)]
    [DataRow("unlimited", "4294967296", "0\n", true)]
    [DataRow("unlimited", "unlimited", "2\n", true)]
    public void Limits_of_what_a_process_may_ask_for_are_seen(string data, string addresses, string overcommit, bool expected) =>
        Assert.AreEqual(expected, VirtualMemory.IsLimitedBy($"""
            Limit                     Soft Limit           Hard Limit           Units
            Max cpu time              10                   unlimited            seconds
            Max data size             {data.PadRight(20)} unlimited            bytes
            Max stack size            8388608              unlimited            bytes
            Max address space         {addresses.PadRight(20)} unlimited            bytes
            """, overcommit));

    /// <summary>Protects programs that want malloc left alone, and shows that it is changed without the switch: large blocks are mapped or not.</summary>
    [TestMethod]
    public void The_switch_leaves_malloc_alone()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("malloc is tuned on Linux alone");
        try
        {
            // One that is to lie in a thread's heap must fit into 64 MiB.
            Assert.IsTrue(IsMapped(Unseen()));
            using (GlibcAllocator.KeepFreedMemory())
                Assert.IsFalse(IsMapped(40 << 20));
            Assert.IsTrue(IsMapped(Unseen()), "put back");
            AppContext.SetSwitch(GlibcAllocator.Switch, false);
            using (GlibcAllocator.KeepFreedMemory())
                Assert.IsTrue(IsMapped(Unseen()));
        }
        finally
        {
            AppContext.SetSwitch(GlibcAllocator.Switch, true);
        }

        // More than all that malloc holds free: what earlier tests freed is reused for a smaller block, however large it is.
        static nint Unseen() => (nint)(MallInfo().FreeBytes + (64 << 20));

        // glibc notes in a block's header, the word before it, whether the block was mapped by itself: bit 1 of its size.
        static bool IsMapped(nint bytes)
        {
            var block = Marshal.AllocHGlobal(bytes);
            var size = Marshal.ReadIntPtr(block, -IntPtr.Size);
            Marshal.FreeHGlobal(block);
            return (size & 2) != 0;
        }
    }

    /// <summary>What malloc has in all of its heaps; glibc has it since 2.33.</summary>
    [DllImport("libc", EntryPoint = "mallinfo2")]
    private static extern MallocInfo MallInfo();

    /// <summary>glibc's <c>struct mallinfo2</c>, of which the ninth number is used here.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 80)]
    private struct MallocInfo
    {
        /// <summary>What is free and can be given again: <c>fordblks</c>.</summary>
        [FieldOffset(64)]
        public ulong FreeBytes;
    }
}
