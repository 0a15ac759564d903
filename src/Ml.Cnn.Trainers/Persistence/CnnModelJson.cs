using System.Text.Json;
using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>model.json inside model.zip: all that a trained network is but its weights, for people and programs to read.</summary>
internal sealed record CnnModelJson
{
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
    public required TrainingJson Training { get; init; }
    public required WeightsJson Weights { get; init; }

    public sealed record ArchitectureJson(string Name, IReadOnlyDictionary<string, string> Settings);
    public sealed record ColumnsJson(string Feature, string PredictedLabel, string Score);
    public sealed record ClassesJson(string? Type, IReadOnlyList<string> Names);
    public sealed record TrainingJson(TrainingRecord Options, StopReason StopReason, IReadOnlyList<CnnEpoch> Epochs, CnnTrainingPlan? Plan = null);
    public sealed record WeightsJson(string Entry, long Bytes, string Sha256);

    // Invariant by nature of JSON: the machine's culture has no say.
    internal static JsonSerializerOptions SerializerOptions { get; } = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public string ToText() => JsonSerializer.Serialize(this, SerializerOptions);

    /// <exception cref="JsonException">The text is not such a document.</exception>
    public static CnnModelJson Parse(ReadOnlySpan<byte> text) =>
        JsonSerializer.Deserialize<CnnModelJson>(text, SerializerOptions) ?? throw new JsonException("it is empty");
}
