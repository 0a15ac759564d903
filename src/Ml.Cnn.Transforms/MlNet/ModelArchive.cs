using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;

namespace Ml.Cnn.MlNet;

/// <summary>The name and version under which a transformer is written into model.zip, and the code that reads it.</summary>
/// <param name="Signature">Eight characters that mark the format.</param>
/// <param name="Loader">At most 24 characters: the name of the loading class, as its LoadableClass attribute gives it.</param>
/// <param name="Version">The version written, as 0xMMMMNNNN.</param>
/// <param name="ReadableBack">The oldest version that this code can read.</param>
/// <param name="Assembly">The assembly that holds the loading class; model.zip names it, so that no registration is needed.</param>
internal sealed record ModelFormat(string Signature, string Loader, uint Version, uint ReadableBack, System.Reflection.Assembly Assembly)
{
    public VersionInfo ToVersionInfo() => new(
        modelSignature: Signature, verWrittenCur: Version, verReadableCur: Version, verWeCanReadBack: ReadableBack,
        loaderSignature: Loader, loaderAssemblyName: Assembly.FullName);
}

/// <summary>Writes named entries into a transformer's folder of model.zip.</summary>
internal sealed class ModelArchiveWriter
{
    private readonly ModelSaveContext _context;

    public ModelArchiveWriter(ModelSaveContext context, ModelFormat format)
    {
        _context = context;
        context.CheckAtModel();
        context.SetVersionInfo(format.ToVersionInfo());
    }

    public void WriteText(string name, string text) => _context.SaveBinaryStream(name, writer => writer.Write(Encoding.UTF8.GetBytes(text)));

    public void WriteStream(string name, Action<Stream> write) => _context.SaveBinaryStream(name, writer => write(writer.BaseStream));

    /// <summary>Another transformer in a folder of its own.</summary>
    public void WriteModel(string name, ITransformer model) => _context.SaveModel(model, name);

    /// <summary>Text in the transformer's main entry, which ML.NET itself guards with lengths and markers.</summary>
    public void WriteMain(string text) => _context.SaveString(text);
}

/// <summary>Reads what <see cref="ModelArchiveWriter"/> wrote. Every failure is ML.NET's <see cref="FormatException"/>.</summary>
internal sealed class ModelArchiveReader
{
    private readonly IHostEnvironment _environment;
    private readonly ModelLoadContext _context;

    public ModelArchiveReader(IHostEnvironment environment, ModelLoadContext context, ModelFormat format)
    {
        _environment = environment;
        _context = context;
        context.CheckAtModel(format.ToVersionInfo());
    }

    public string ReadMain() => _context.LoadString();

    public byte[] ReadBytes(string name)
    {
        byte[]? content = null;
        ReadStream(name, stream =>
        {
            using var copy = new MemoryStream();
            stream.CopyTo(copy);
            content = copy.ToArray();
        });
        return content!;
    }

    public void ReadStream(string name, Action<Stream> read)
    {
        var found = false;
        try
        {
            found = _context.TryLoadBinaryStream(name, reader => read(reader.BaseStream));
        }
        catch (Exception e) when (e is IOException or InvalidDataException or OverflowException)
        {
            throw Damaged($"the entry '{name}' cannot be read: {e.Message}", e);
        }
        if (!found)
            throw Damaged($"the entry '{name}' is missing");
    }

    public T ReadModel<T>(string name) where T : class, ITransformer
    {
        if (!_context.ContainsModel(name))
            throw Damaged($"the model '{name}' is missing");
        _context.LoadModel<T, SignatureLoadModel>(_environment, out var model, name);
        return model;
    }

    public Exception Damaged(string what, Exception? cause = null) =>
        _environment.ExceptDecode(cause, "Corrupt model file: {0}.", what);
}
