using Ml.Cnn.Trainers.Weights.PyTorch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>Writes a TorchScript archive: the zip file that <c>torch.jit.load</c> reads.</summary>
/// <remarks>
/// Code in an archive may name every operator that libtorch has registered ("ops.mkldnn…"), where text for <c>torch.jit.compile</c> knows those of
/// "torch" alone, and a fault in it is an exception rather than the end of the process.
/// </remarks>
internal static class ScriptArchive
{
    /// <summary>The name of the root's class.</summary>
    public const string ClassName = "Network";

    private const string Folder = "network";
    private const string Version = "10\n"; // of torch 1.12 and later: operators mean what they mean today

    /// <summary>Writes an archive.</summary>
    /// <param name="destination">Where to; it can seek, and is left open.</param>
    /// <param name="root">The object that is loaded, of the class <see cref="ClassName"/>.</param>
    /// <param name="extraFiles">Names and texts that whoever loads it may ask for.</param>
    public static void Write(Stream destination, ScriptObject root, IEnumerable<KeyValuePair<string, string>>? extraFiles = null)
    {
        var classes = new ScriptClasses(root);
        var pickle = new PickleWriter();
        Write(pickle, root, classes);
        using var archive = new ZipStorageWriter(destination, Folder);
        archive.Add(pickle);
        archive.Add("code/__torch__.py", classes.Code);
        archive.Add("constants.pkl", new PickleWriter().Write(PickleOpcode.EmptyTuple).Finish());
        foreach (var (name, text) in extraFiles ?? [])
            archive.Add($"extra/{name}", text);
        archive.Add("version", Version);
    }

    /// <summary>An archive in memory.</summary>
    public static byte[] Write(ScriptObject root)
    {
        var file = new MemoryStream();
        Write(file, root);
        return file.ToArray();
    }

    // An object: its class, then a dictionary of its attributes in the class's order.
    private static void Write(PickleWriter pickle, ScriptObject instance, ScriptClasses classes)
    {
        pickle.Global("__torch__", classes[instance]).Write(PickleOpcode.EmptyTuple).Write(PickleOpcode.NewObject);
        pickle.Write(PickleOpcode.EmptyDict).Write(PickleOpcode.Mark);
        pickle.Text("training").Boolean(false);
        foreach (var tensor in instance.Tensors)
            pickle.Text(tensor.Name).Tensor(tensor.Tensor, tensor.IsParameter);
        foreach (var (name, inner) in instance.Objects)
            Write(pickle.Text(name), inner, classes);
        pickle.Write(PickleOpcode.SetItems).Write(PickleOpcode.Build);
    }
}
