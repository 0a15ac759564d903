using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Scoring;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>A featurizer inside ML.NET's model.zip: which layer it takes, and the whole network beside it as <see cref="CnnModelArchive"/> keeps it.</summary>
internal static class CnnFeaturesArchive
{
    internal const string LoaderName = "MlCnnFeatures";

    private const string NetworkEntry = "Network";

    private static readonly ModelFormat s_format = new(Signature: "MLCNNFEA", LoaderName, Version: 0x00010001, ReadableBack: 0x00010001,
        typeof(CnnFeaturesArchive).Assembly);

    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    private sealed record Description(string OutputColumn, string Layer, bool Pool);

    /// <param name="context">Where to write.</param>
    /// <param name="featurizer">What to write.</param>
    /// <param name="network">The transformer of the featurizer's network, which is saved beside it.</param>
    public static void Save(ModelSaveContext context, ImageFeaturizer featurizer, ITransformer network)
    {
        var archive = new ModelArchiveWriter(context, s_format);
        archive.WriteMain(JsonSerializer.Serialize(new Description(featurizer.OutputColumnName, featurizer.Layer, featurizer.IsPooled), s_options));
        archive.WriteModel(NetworkEntry, network);
    }

    /// <summary>The featurizer that <see cref="Save"/> wrote.</summary>
    /// <param name="environment">Where to load.</param>
    /// <param name="context">What to read.</param>
    /// <param name="scorer">The network of the transformer that was saved beside it.</param>
    /// <exception cref="FormatException">The archive is damaged, or of a newer format.</exception>
    public static ImageFeaturizer Read<TNetwork>(IHostEnvironment environment, ModelLoadContext context, Func<TNetwork, ImageScorer> scorer)
        where TNetwork : class, ITransformer
    {
        var archive = new ModelArchiveReader(environment, context, s_format);
        try
        {
            var description = JsonSerializer.Deserialize<Description>(archive.ReadMain(), s_options) ?? throw new JsonException("it is empty");
            var network = archive.ReadModel<TNetwork>(NetworkEntry);
            return ImageFeaturizer.Of(scorer(network), description.OutputColumn, description.Layer, description.Pool);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw archive.Damaged($"the features cannot be read: {e.Message}", e);
        }
    }
}
