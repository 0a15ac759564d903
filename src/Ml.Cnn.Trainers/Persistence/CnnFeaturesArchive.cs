using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Scoring;

[assembly: LoadableClass(typeof(CnnFeaturesTransformer), typeof(CnnFeaturesArchive), null, typeof(SignatureLoadModel), "Features of a convolutional network",
    CnnFeaturesArchive.LoaderName)]

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

    public static void Save(ModelSaveContext context, ImageFeaturizer featurizer)
    {
        var archive = new ModelArchiveWriter(context, s_format);
        archive.WriteMain(JsonSerializer.Serialize(new Description(featurizer.OutputColumnName, featurizer.Layer, featurizer.IsPooled), s_options));
        archive.WriteModel(NetworkEntry, new CnnTransformer(featurizer.Scorer, []));
    }

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    internal static CnnFeaturesTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var archive = new ModelArchiveReader(environment, context, s_format);
        try
        {
            var description = JsonSerializer.Deserialize<Description>(archive.ReadMain(), s_options) ?? throw new JsonException("it is empty");
            var network = archive.ReadModel<CnnTransformer>(NetworkEntry);
            return new(new ImageFeaturizer(network.Scorer, description.OutputColumn, description.Layer, description.Pool));
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            throw archive.Damaged($"the features cannot be read: {e.Message}", e);
        }
    }
}
