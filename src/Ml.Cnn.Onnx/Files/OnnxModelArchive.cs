using System.Security.Cryptography;
using System.Text;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.Onnx.Files;

/// <summary>
/// A network in ONNX Runtime inside ML.NET's model.zip: the ONNX file, and <c>model.json</c> beside it. As in <see cref="CnnModelArchive"/>, the main entry
/// holds the hash of the JSON, which holds the hash of the file.
/// </summary>
internal static class OnnxModelArchive
{
    internal const string LoaderName = "MlCnnOnnxTransformer";

    private const string JsonEntry = "model.json";
    private const string NetworkEntry = "network.onnx";

    private static readonly ModelFormat s_format = new(Signature: "MLCNNONX", LoaderName, Version: 0x00010001, ReadableBack: 0x00010001,
        typeof(OnnxModelArchive).Assembly);

    public static void Save(ModelSaveContext context, ImageScorer scorer, OnnxContent content)
    {
        using var use = scorer.Single.Claim.Use();
        var archive = new ModelArchiveWriter(context, s_format);
        var bytes = content.Read();
        archive.WriteStream(NetworkEntry, stream => stream.Write(bytes));
        var json = CnnModelDescription.Of(scorer.Model, new(NetworkEntry, bytes.Length, Hash(bytes))).ToText();
        archive.WriteText(JsonEntry, json);
        archive.WriteMain(Hash(Encoding.UTF8.GetBytes(json)));
    }

    /// <summary>What <see cref="Save"/> wrote.</summary>
    /// <exception cref="FormatException">The archive is damaged, or of a newer format.</exception>
    public static (CnnModel Model, OnnxContent Content) Read(IHostEnvironment environment, ModelLoadContext context)
    {
        var archive = new ModelArchiveReader(environment, context, s_format);
        var text = archive.ReadBytes(JsonEntry);
        if (Hash(text) != archive.ReadMain())
            throw archive.Damaged($"{JsonEntry} was altered after it was saved");
        var model = Parse(archive, text, out var weights);
        byte[] bytes = [];
        archive.ReadStream(weights.Entry, stream =>
        {
            if (stream.Length != weights.Bytes)
                throw new InvalidDataException($"it holds {stream.Length} bytes instead of {weights.Bytes}");
            bytes = GC.AllocateUninitializedArray<byte>(checked((int)weights.Bytes));
            stream.ReadExactly(bytes);
            if (Hash(bytes) != weights.Sha256)
                throw new InvalidDataException("it was altered after it was saved");
        });
        return (model, OnnxContent.Of(bytes));
    }

    private static CnnModel Parse(ModelArchiveReader archive, byte[] text, out CnnModelJson.WeightsJson weights)
    {
        try
        {
            var model = OnnxMetadata.Parse(JsonEntry, text, out var said);
            weights = said ?? throw new FormatException($"{JsonEntry} says nothing of the network's file");
            return model;
        }
        catch (FormatException e)
        {
            throw archive.Damaged(e.Message, e);
        }
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
