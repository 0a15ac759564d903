using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>Writes a TorchScript archive: the zip file that <c>torch.jit.load</c> reads, with one class and one object of it.</summary>
/// <remarks>
/// Code in an archive may name every operator that libtorch has registered ("ops.mkldnn…"), where text for <c>torch.jit.compile</c> knows those of
/// "torch" alone, and a fault in it is an exception rather than the end of the process. The object's tensors are one placeholder, a single 0: the
/// real ones are set once it is loaded, which spares a copy of a network's weights.
/// </remarks>
internal static class ScriptArchive
{
    /// <summary>The name of the class.</summary>
    public const string ClassName = "Network";

    private const string Folder = "network/";
    private const string Version = "10\n"; // of torch 1.12 and later: operators mean what they mean today

    /// <summary>The archive.</summary>
    /// <param name="methods">The class's methods, indented by two spaces.</param>
    /// <param name="attributes">The names of its tensors.</param>
    public static byte[] Write(string methods, IReadOnlyCollection<string> attributes)
    {
        var file = new MemoryStream();
        using (var archive = new ZipArchive(file, ZipArchiveMode.Create, leaveOpen: true))
        {
            Add(archive, "data.pkl", DataPickle(attributes));
            Add(archive, "code/__torch__.py", Encoding.UTF8.GetBytes(ClassCode(methods, attributes)));
            Add(archive, "data/0", new byte[sizeof(float)]);
            Add(archive, "constants.pkl", [0x80, 2, (byte)')', (byte)'.']); // protocol 2, an empty tuple
            Add(archive, "version", Encoding.ASCII.GetBytes(Version));
        }
        return file.ToArray();
    }

    private static void Add(ZipArchive archive, string name, byte[] content)
    {
        using var entry = archive.CreateEntry(Folder + name, CompressionLevel.NoCompression).Open();
        entry.Write(content);
    }

    private static string ClassCode(string methods, IReadOnlyCollection<string> attributes)
    {
        var code = new StringBuilder();
        code.Append("class ").Append(ClassName).Append("(Module):\n  __parameters__ = []\n  __buffers__ = []\n  training : bool\n");
        foreach (var attribute in attributes)
            code.Append("  ").Append(attribute).Append(" : Tensor\n");
        return code.Append(methods).ToString();
    }

    // The object as a pickle of protocol 2: its class, then a dictionary of its attributes.
    private static byte[] DataPickle(IReadOnlyCollection<string> attributes)
    {
        using var pickle = new MemoryStream();
        pickle.Write([0x80, 2]);
        Global("__torch__", ClassName);
        Write(")\x81"); // an empty tuple; NEWOBJ
        Write("}(");    // an empty dictionary; MARK
        Text("training");
        pickle.WriteByte(0x89); // false
        foreach (var attribute in attributes)
        {
            Text(attribute);
            Placeholder();
        }
        Write("ub."); // SETITEMS, BUILD, STOP
        return pickle.ToArray();

        // torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
        void Placeholder()
        {
            Global("torch._utils", "_rebuild_tensor_v2");
            Write("((");
            Text("storage");
            Global("torch", "FloatStorage");
            Text("0");
            Text("cpu");
            Write("K\x01tQ");       // 1 element; TUPLE; BINPERSID
            Write("K\0K\x01\x85K\x01\x85"); // offset 0; size (1); stride (1)
            pickle.WriteByte(0x89);
            Global("collections", "OrderedDict");
            Write(")RtR");
        }

        void Global(string module, string name) => Write($"c{module}\n{name}\n");

        void Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            pickle.WriteByte((byte)'X');
            pickle.Write(length);
            pickle.Write(bytes);
        }

        void Write(string codes) => pickle.Write(Encoding.Latin1.GetBytes(codes));
    }
}
