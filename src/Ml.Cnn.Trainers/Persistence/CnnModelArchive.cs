using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Architectures.Described;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using ExternalException = System.Runtime.InteropServices.ExternalException;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>
/// A trained network inside ML.NET's model.zip: <c>weights.safetensors</c>, and <c>model.json</c> beside it. The main entry
/// holds the hash of the JSON, which holds the hash of the weights, so that no damage goes unseen.
/// </summary>
internal static class CnnModelArchive
{
    internal const string LoaderName = "MlCnnTransformer";

    private const string JsonEntry = "model.json";
    private const string WeightsEntry = "weights.safetensors";

    private static readonly ModelFormat s_format = new(Signature: "MLCNNTRF", LoaderName, Version: 0x00010002, ReadableBack: 0x00010001,
        typeof(CnnModelArchive).Assembly);

    public static void Save(ModelSaveContext context, ImageScorer scorer)
    {
        using var use = scorer.Networks[0].Claim.Use();
        var archive = new ModelArchiveWriter(context, s_format);
        var weights = WriteWeights(archive, scorer);
        var json = CnnModelDescription.Of(scorer.Networks[0].Model, weights).ToText();
        archive.WriteText(JsonEntry, json);
        archive.WriteMain(Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json))));
    }

    /// <summary>model.json for files that hold the weights elsewhere.</summary>
    public static string ToJson(CnnModel model) => CnnModelDescription.Of(model, weights: null).ToText();

    /// <summary>The network that <see cref="Save"/> wrote, on the environment's device.</summary>
    /// <exception cref="FormatException">The archive is damaged, or of a newer format.</exception>
    public static ImageScorer Read(IHostEnvironment environment, ModelLoadContext context)
    {
        var archive = new ModelArchiveReader(environment, context, s_format);
        var text = archive.ReadBytes(JsonEntry);
        if (Convert.ToHexStringLower(SHA256.HashData(text)) != archive.ReadMain())
            throw archive.Damaged($"{JsonEntry} was altered after it was saved");
        try
        {
            var json = CnnModelJson.Parse(text);
            if (CnnModelDescription.WhyTooNew(json) is { } reason)
                throw archive.Damaged(reason);
            return Build(environment, archive, json);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException)
        {
            throw archive.Damaged($"{JsonEntry} cannot be read: {e.Message}", e);
        }
    }

    private static CnnModelJson.WeightsJson WriteWeights(ModelArchiveWriter archive, ImageScorer scorer)
    {
        CnnModelJson.WeightsJson? written = null;
        archive.WriteStream(WeightsEntry, stream =>
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var start = stream.Position;
            ModuleState.Save(scorer.Network, new HashingStream(stream, hash));
            written = new(WeightsEntry, stream.Position - start, Convert.ToHexStringLower(hash.GetHashAndReset()));
        });
        return written!;
    }

    private static ImageScorer Build(IHostEnvironment environment, ModelArchiveReader archive, CnnModelJson json)
    {
        var model = ToModel(archive, json);
        var weights = json.Weights ?? throw archive.Damaged($"{JsonEntry} says nothing of the weights");
        using var log = environment.Start("CnnTransformer");
        var device = ComputeDevice.Choose(environment, "auto", message => log.Warning(MessageSensitivity.None, "{0}", message));
        CheckSize(archive, model, weights.Bytes);
        // Building draws first weights; the process's own random state stays as it was.
        var network = RandomState.Build(seed: 0, () => Made(archive, model, model.Architecture.Build));
        try
        {
            archive.ReadStream(weights.Entry, stream =>
            {
                if (stream.Length != weights.Bytes)
                    throw new InvalidDataException($"it holds {stream.Length} bytes instead of {weights.Bytes}");
                if (Convert.ToHexStringLower(SHA256.HashData(stream)) != weights.Sha256)
                    throw new InvalidDataException("it was altered after it was saved");
                stream.Position = 0;
                ModuleState.Load(network, stream, stream.Length);
            });
        }
        catch (WeightsFormatException e)
        {
            throw archive.Damaged($"the weights do not fit {model.Architecture.Name}: {e.Message}", e);
        }
        var plan = ExecutionPlan.ForScoring(device, NetworkCost.Of(network, model.Shape));
        return ImageScorer.Of(environment, network, plan, model);
    }

    // A file of some kilobytes can describe layers of any size.
    private static void CheckSize(ModelArchiveReader archive, CnnModel model, long bytes)
    {
        if (model.Architecture.Layers is null)
            return;
        using var bare = Made(archive, model, model.Architecture.BuildWithoutWeights);
        if (ModuleState.Of(bare).Sum(entry => entry.Value.numel()) * sizeof(float) > bytes)
            throw archive.Damaged($"{JsonEntry} describes a network with more weights than there are");
    }

    private static Module<Tensor, Tensor> Made(ModelArchiveReader archive, CnnModel model, Func<NetworkShape, Module<Tensor, Tensor>> build)
    {
        try
        {
            return build(model.Shape);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or OverflowException or ExternalException)
        {
            throw archive.Damaged($"{model.Architecture.Name} cannot be made for {model.Shape}: {e.Message}", e);
        }
    }

    private static CnnModel ToModel(ModelArchiveReader archive, CnnModelJson json)
    {
        try
        {
            return CnnModelDescription.Read(json, FindArchitecture);
        }
        catch (Exception e) when (e is FormatException or ArgumentException or OverflowException)
        {
            throw archive.Damaged($"in {JsonEntry}, {e.Message}", e);
        }
    }

    private static Architecture FindArchitecture(CnnModelJson.ArchitectureJson saved) =>
        saved.Name == UserNetwork.Name || UserNetwork.IsNamedBy(saved.Settings)
            ? UserNetwork.Find(saved.Name, saved.Settings)
            : DescribedNetwork.IsNamedBy(saved.Settings) ? DescribedNetwork.Read(saved.Name, saved.Settings)
            : ArchitectureCatalog.Find(saved.Name).With(saved.Settings);
}
