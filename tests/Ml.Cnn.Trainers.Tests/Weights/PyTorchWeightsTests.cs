using System.IO.Compression;
using System.Text;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Files that PyTorch wrote, and files that somebody made to look so.</summary>
[TestClass]
public sealed class PyTorchWeightsTests
{
    [TestMethod]
    [DataRow("state-zip")]
    [DataRow("state-legacy")]
    [DataRow("protocol4")]
    [DataRow("checkpoint-zip")]
    [DataRow("checkpoint-legacy")]
    [DataRow("model")]
    [DataRow("model-state-dict")]
    public void A_state_is_found_wherever_it_is_with_its_order_and_its_values(string name)
    {
        using var scope = NewDisposeScope();
        using var file = WeightsFile.Read(WeightData.Find(name));
        Assert.AreEqual(WeightsFormat.PyTorch, file.Format);
        AssertSame(WeightData.State(), file);
    }

    [TestMethod]
    [DataRow("types-zip")]
    [DataRow("types-legacy")]
    public void Every_element_type_comes_over(string name)
    {
        using var scope = NewDisposeScope();
        ScalarType[] types = [float64, float32, float16, bfloat16, int64, int32, int16, int8];
        using var file = PyTorchWeights.Read(WeightData.Find(name));
        AssertSame([.. types.Select(type => ("", WeightData.Values(type, 5))), ("", arange(5, uint8)), ("", tensor(new[] { true, false, true, true, false }))],
            file, names: false);
        CollectionAssert.AreEqual(new[] { "float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool" },
            file.Tensors.Select(pair => pair.Key).ToArray());
    }

    [TestMethod]
    [DataRow("views-zip")]
    [DataRow("views-legacy")]
    public void Views_of_one_storage_become_tensors_of_their_own(string name)
    {
        using var scope = NewDisposeScope();
        using var file = PyTorchWeights.Read(WeightData.Find(name));
        var x = WeightData.Values(float32, 4, 6);
        AssertSame(
        [
            ("base", x), ("row", x[1]), ("column", x[.., 2]), ("transposed", x.t()), ("block", x[1..3, 2..5]),
            ("step", x[TensorIndex.Slice(step: 2), TensorIndex.Slice(step: 3)]), ("tied", x), ("repeated", WeightData.Values(float32, 3, 1).expand(3, 2)),
                ("channels_last", WeightData.Values(float32, 1, 2, 2, 3)),
        ], file);
        file.Tensors[0].Value.zero_();
        Assert.AreEqual(-2, file.Tensors[6].Value[0, 0].item<float>(), "tied tensors share no memory");
    }

    [TestMethod]
    public void Names_of_early_DenseNets_are_todays()
    {
        using var file = WeightsFile.Read(WeightData.Find("densenet"));
        const string layer = "features.denseblock1.denselayer12";
        // As torchvision's expression has it: a relu has no weight, and is renamed all the same.
        CollectionAssert.AreEqual(
            new[] { $"{layer}.norm1.weight", $"{layer}.norm1.running_var", $"{layer}.relu1.weight", $"{layer}.conv2.weight", "features.transition1.norm.weight",
                "features.denseblock1.denselayer1.norm1.weight" },
            file.Tensors.Select(pair => pair.Key).ToArray());
    }

    /// <summary>Protects checkpoints beside whose tensors objects of any class are, and whoever reads them: nothing of those is run or made.</summary>
    [TestMethod]
    public void Objects_beside_a_state_are_passed_over_and_nothing_of_them_is_run()
    {
        using var scope = NewDisposeScope();
        var output = new StringWriter();
        var before = Console.Out;
        Console.SetOut(output);
        try
        {
            using var file = WeightsFile.Read(WeightData.Find("hostile"));
            Assert.AreEqual("state_dict", file.Key);
            AssertSame(WeightData.State(), file);
        }
        finally
        {
            Console.SetOut(before);
        }
        Assert.AreEqual("", output.ToString());
    }

    /// <summary>Protects torch.save(model): the module's class is unknown here, and its parameters lie in a dict of their own.</summary>
    [TestMethod]
    public void A_module_that_was_saved_whole_gives_its_state()
    {
        using var file = WeightsFile.Read(WeightData.Find("module"));
        CollectionAssert.AreEqual(new[] { "weight", "bias" }, file.Tensors.Select(pair => pair.Key).ToArray());
    }

    /// <summary>Protects people from files that were made to do harm: such a file is refused, and says what it asked for.</summary>
    [TestMethod]
    [DataRow("cos\nsystem\n(X\u0002\u0000\u0000\u0000lstR.", "'os.system'")]
    [DataRow("c__builtin__\neval\n(X\u0001\u0000\u0000\u00001tR.", "'__builtin__.eval'")]
    [DataRow("csubprocess\nPopen\n.", "'subprocess.Popen'")]
    public void A_file_that_asks_for_what_runs_programs_is_refused(string pickle, string asked)
    {
        var refusal = Refusal(Zip(("a/data.pkl", Encoding.Latin1.GetBytes("\u0080\u0002" + pickle))));
        Assert.Contains(asked, refusal);
        Assert.Contains("nothing of it was run", refusal);
    }

    [TestMethod]
    public void A_file_without_a_state_says_what_it_holds()
    {
        var refusal = Assert.ThrowsExactly<WeightsFormatException>(() => WeightsFile.Read(WeightData.Find("no-state")));
        Assert.Contains("'epoch', 'list'", refusal.Message);
        Assert.Contains("state_dict", refusal.Message);
    }

    [TestMethod]
    [DataRow("", "it is empty")]
    [DataRow("text", "neither")]
    [DataRow("<html>404</html>", "web page")]
    [DataRow("version https://git-lfs.github.com/spec/v1\noid", "git lfs pull")]
    public void Other_files_are_told_by_their_content(string content, string why)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(content));
        Assert.Contains(why, Assert.ThrowsExactly<WeightsFormatException>(() => WeightsFile.Read(stream)).Message);
    }

    /// <summary>A hand-written pickle: instruction by instruction, each a way to ask for more than there is.</summary>
    [TestMethod]
    [DataRow("ctorch\nload\n.", "holds no state dict")]
    [DataRow("ctorch\nQInt8Storage\n.", "'torch.QInt8Storage'")]
    [DataRow("ctorch._utils\n_rebuild_tensor_v2\n)R.", "other arguments")]
    [DataRow("X\u00ff\u00ff\u00ff\u00ff", "4294967295 bytes where")]
    [DataRow("B\u00ff\u00ff\u00ff\u007f", "2147483647 bytes where")]
    [DataRow("\u008b\u00ff\u00ff\u00ff\u007f", "integer of 2147483647 bytes")]
    [DataRow("h\u0005.", "value 5 that it never stored")]
    [DataRow("0", "where there is none")]
    [DataRow("N(0.", "where there is none")]
    [DataRow("t.", "never opened")]
    [DataRow("NN.", "2 values")]
    [DataRow("}Ns.", "where there is none")]
    [DataRow("N)R.", "for what it is not")]
    [DataRow("NNb.", "attributes of something that has none")]
    [DataRow("}", "ends inside its pickle")]
    [DataRow("P1\n.", "instruction 0x50")]
    [DataRow("i__main__\nEvil\n.", "instruction 0x69")]
    public void A_pickle_that_makes_no_sense_is_refused(string pickle, string why)
    {
        var program = Encoding.Latin1.GetBytes("\u0080\u0002" + pickle);
        Assert.Contains(why, Refusal(Zip(("a/data.pkl", program))));
    }

    [TestMethod]
    public void A_tensor_cannot_reach_outside_its_storage_or_ask_for_more_than_the_file_has()
    {
        Assert.Contains("reaches element 4", Refusal(ZipWithTensor(count: 4, offset: 1, size: 4, stride: 1, bytes: 16)));
        Assert.Contains("reaches element", Refusal(ZipWithTensor(count: 4, offset: 0, size: 2, stride: int.MaxValue, bytes: 16)));
        Assert.Contains("negative", Refusal(ZipWithTensor(count: 4, offset: -1, size: 2, stride: 1, bytes: 16)));
        Assert.Contains("should have 2000000000 bytes, but the archive has 16",
            Refusal(ZipWithTensor(count: 500_000_000, offset: 0, size: 500_000_000, stride: 1, bytes: 16)));
        Assert.Contains("they repeat the same elements", Refusal(ZipWithTensor(count: 4, offset: 0, size: 500_000_000, stride: 0, bytes: 16)));
        Assert.Contains("lacks the storage", Refusal(ZipWithTensor(count: 4, offset: 0, size: 4, stride: 1, bytes: null)));
        using var stream = new MemoryStream(ZipWithTensor(count: 4, offset: 0, size: 4, stride: 1, bytes: 16));
        Assert.Contains("the limit is 15", Assert.ThrowsExactly<WeightsFormatException>(() => PyTorchWeights.Read(stream, maximumBytes: 15)).Message);
        using var file = PyTorchWeights.Read(stream, maximumBytes: 16);
        Assert.AreEqual(4, file.Tensors[0].Value.numel());
    }

    [TestMethod]
    public void An_archive_with_two_entries_of_a_name_or_compressed_ones_is_refused()
    {
        var pickle = new byte[] { 0x80, 2, (byte)'}', (byte)'.' };
        Assert.Contains("two entries 'a/data.pkl'", Refusal(Zip(("a/data.pkl", pickle), ("a/data.pkl", pickle))));
        Assert.Contains("2 entries 'data.pkl'", Refusal(Zip(("a/data.pkl", pickle), ("b/data.pkl", pickle))));
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        using (var entry = archive.CreateEntry("a/data.pkl", CompressionLevel.SmallestSize).Open())
            entry.Write(new byte[100_000]);
        Assert.Contains("compressed", Refusal(stream.ToArray()));
    }

    /// <summary>Values that refer to each other over and over must not be copied over and over.</summary>
    [TestMethod]
    [Timeout(20_000, CooperativeCancellation = false)]
    public void A_small_pickle_cannot_make_much_work()
    {
        // A list of 1,000 pairs (NN), and then OrderedDict(list) as often as there is room.
        var pairs = string.Concat(Enumerable.Repeat("NN\u0086", 1000));
        var calls = string.Concat(Enumerable.Repeat("h\u0001h\u0000\u0085R0", 200_000));
        Refusal(Zip(("a/data.pkl", Encoding.Latin1.GetBytes($"\u0080\u0002](({pairs}eq\u0000ccollections\nOrderedDict\nq\u0001{calls}."))));
        // Lists in lists in lists, each twice the one before.
        var doubled = "]" + string.Concat(Enumerable.Range(0, 250).Select(i => $"q{(char)i}](h{(char)i}h{(char)i}e"));
        Refusal(Zip(("a/data.pkl", Encoding.Latin1.GetBytes($"\u0080\u0002{doubled}."))));
        Assert.Contains("2000000 instructions", Refusal(Zip(("a/data.pkl", [0x80, 2, .. Enumerable.Repeat("]0"u8.ToArray(), 1_000_001).SelectMany(b => b)]))));
        // Modules in modules, each twice in the one around it.
        var nested = "c__torch__\nM\nq\u0001)\u0081}(X\u0001\u0000\u0000\u0000wNubq\u0002";
        for (var i = 2; i < 60; i++)
            nested += $"0h\u0001)\u0081}}(X\u0001\u0000\u0000\u0000ah{(char)i}X\u0001\u0000\u0000\u0000bh{(char)i}ubq{(char)(i + 1)}";
        Assert.Contains("than those of a network", Refusal(Zip(("a/data.pkl", Encoding.Latin1.GetBytes($"\u0080\u0002{nested}.")))));
        Assert.Contains("waiting", Refusal(Zip(("a/data.pkl", [0x80, 2, .. Enumerable.Repeat((byte)'N', 300_000)]))));
    }

    private static string Refusal(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        return Assert.ThrowsExactly<WeightsFormatException>(() => WeightsFile.Read(stream)).Message;
    }

    /// <summary>A state dict with one float32 tensor "w".</summary>
    private static byte[] ZipWithTensor(int count, int offset, int size, int stride, int? bytes)
    {
        var storage = $"(X{Int(7)}storagectorch\nFloatStorage\nX{Int(1)}0X{Int(3)}cpuJ{Int(count)}tQ";
        var pickle = $"\u0080\u0002}}X{Int(1)}wctorch._utils\n_rebuild_tensor_v2\n({storage}J{Int(offset)}J{Int(size)}\u0085J{Int(stride)}\u0085\u0089NtRs.";
        (string, byte[])[] entries = [("a/data.pkl", Encoding.Latin1.GetBytes(pickle))];
        return Zip(bytes is { } length ? [.. entries, ("a/data/0", new byte[length])] : entries);

        static string Int(int value) => Encoding.Latin1.GetString(BitConverter.GetBytes(value));
    }

    private static byte[] Zip(params (string Name, byte[] Bytes)[] entries)
    {
        using var stream = new MemoryStream();
        using (var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, bytes) in entries)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
                entry.Write(bytes);
            }
        }
        return stream.ToArray();
    }

    private static void AssertSame((string Name, Tensor Tensor)[] expected, WeightsFile file, bool names = true)
    {
        Assert.AreEqual(expected.Length, file.Tensors.Count);
        foreach (var ((name, tensor), (readName, read)) in expected.Zip(file.Tensors))
        {
            if (names)
                Assert.AreEqual(name, readName);
            Assert.AreEqual(tensor.dtype, read.dtype, readName);
            CollectionAssert.AreEqual(tensor.shape, read.shape, readName);
            Assert.IsTrue(read.is_contiguous(), readName);
            Assert.IsTrue(tensor.contiguous().bytes.SequenceEqual(read.bytes), readName);
        }
    }
}
