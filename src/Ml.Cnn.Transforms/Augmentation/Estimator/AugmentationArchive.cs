using System.Text.Json;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;

[assembly: LoadableClass(typeof(ImageAugmentingTransformer), typeof(AugmentationArchive), null, typeof(SignatureLoadModel), "Image augmentation",
    AugmentationArchive.LoaderName)]

namespace Ml.Cnn.Transforms.Augmentation;

/// <summary>An augmenting transformer inside ML.NET's model.zip: its settings as JSON.</summary>
internal static class AugmentationArchive
{
    internal const string LoaderName = "MlCnnAugmentation";

    private static readonly ModelFormat s_format = new(Signature: "MLCNNAUG", LoaderName, Version: 0x00010001, ReadableBack: 0x00010001,
        typeof(AugmentationArchive).Assembly);

    private static readonly JsonSerializerOptions s_json = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase, RespectNullableAnnotations = true };

    public static void Save(ModelSaveContext context, AugmentationSettings settings) =>
        new ModelArchiveWriter(context, s_format).WriteMain(JsonSerializer.Serialize(settings, s_json));

    // ML.NET finds this method through the LoadableClass attribute, by its name and parameters.
    internal static ImageAugmentingTransformer Create(IHostEnvironment environment, ModelLoadContext context)
    {
        var archive = new ModelArchiveReader(environment, context, s_format);
        try
        {
            var settings = JsonSerializer.Deserialize<AugmentationSettings>(archive.ReadMain(), s_json) ?? throw new JsonException("it is null");
            settings.Validate();
            return new(environment, settings);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or NotSupportedException)
        {
            throw archive.Damaged($"the augmentation cannot be read: {e.Message}", e);
        }
    }
}
