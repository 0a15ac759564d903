using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>model.json inside model.zip: all that a trained network is but its weights, for people and programs to read.</summary>
internal sealed record CnnModelJson
{
    private static readonly JsonTypeInfo<CnnModelJson> s_format = new ModelJsonContext(new(JsonFormat.Options)).CnnModelJson;

    public required int FormatVersion { get; init; }
    public required string Library { get; init; }
    public required ArchitectureJson Architecture { get; init; }
    public required NetworkShape Network { get; init; }
    public required ImagePreprocessing Preprocessing { get; init; }
    public ImageAugmentation? Augmentation { get; init; }
    public required PixelLayout PixelLayout { get; init; }
    public required BadImageHandling OnBadImage { get; init; }
    public required ColumnsJson Columns { get; init; }
    public required ClassesJson Classes { get; init; }
    /// <summary>Null for the defaults, and in older models.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CnnScoringOptions? Scoring { get; init; }

    /// <summary>Null where nobody calibrated the model, and in older ones.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CnnCalibration? Calibration { get; init; }

    /// <summary>Null for weights that were imported.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TrainingJson? Training { get; init; }

    /// <summary>Null in files of other formats, which keep weights in their own way.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public WeightsJson? Weights { get; init; }

    public sealed record ArchitectureJson(string Name, IReadOnlyDictionary<string, string> Settings);
    public sealed record ColumnsJson(string Feature, string PredictedLabel, string Score);
    public sealed record ClassesJson(string? Type, IReadOnlyList<string> Names);

    public sealed record TrainingJson(StopReason StopReason, IReadOnlyList<CnnEpoch> Epochs)
    {
        /// <summary>The settings as they were serialized; null in models of the first format.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public JsonElement? Settings { get; init; }

        /// <summary>Device, precision, memory layout and threads; null in models of the first format.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public JsonElement? Plan { get; init; }

        /// <summary>The settings under their name in the first format, where they were fewer.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public JsonElement? Options { get; init; }
    }

    public sealed record WeightsJson(string Entry, long Bytes, string Sha256);

    public string ToText() => JsonSerializer.Serialize(this, s_format);

    /// <exception cref="JsonException">The text is not such a document.</exception>
    public static CnnModelJson Parse(ReadOnlySpan<byte> text) =>
        JsonSerializer.Deserialize(text, s_format) ?? throw new JsonException("it is empty");
}
