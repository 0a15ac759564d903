using System.Text.Json;
using System.Text.Json.Serialization;
using Ml.Cnn.Trainers.Metrics;

namespace Ml.Cnn.Trainers.Progress;

/// <summary>Writes a record flat, column by column, and reads it: metrics stand beside its other values.</summary>
/// <param name="columns">What is written.</param>
/// <param name="read">Makes a record of the values that are there.</param>
internal abstract class RecordConverter<T>(IReadOnlyList<RecordColumn<T>> columns, Func<RecordConverter<T>.Values, T> read) : JsonConverter<T>
{
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
    {
        writer.WriteStartObject();
        foreach (var column in columns)
        {
            writer.WritePropertyName(options.PropertyNamingPolicy is { } policy ? policy.ConvertName(column.Name) : Pascal(column.Name));
            JsonSerializer.Serialize(writer, column.Value(value), options);
        }
        writer.WriteEndObject();
    }

    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        using var document = JsonDocument.ParseValue(ref reader);
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw new JsonException($"A {typeof(T).Name} is an object.");
        var values = new Dictionary<string, JsonElement>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in document.RootElement.EnumerateObject())
            values[property.Name] = property.Value;
        return read(new(values, options));
    }

    private static string Pascal(string name) => char.ToUpperInvariant(name[0]) + name[1..];

    /// <summary>The values of a record that is read.</summary>
    internal sealed class Values(Dictionary<string, JsonElement> values, JsonSerializerOptions options)
    {
        /// <exception cref="JsonException">There is none of that name, or it is of another kind.</exception>
        public TValue Required<TValue>(string name) where TValue : struct =>
            Optional<TValue>(name) ?? throw new JsonException($"{typeof(T).Name} has no {name}.");

        /// <summary>Null where there is none of that name.</summary>
        public TValue? Optional<TValue>(string name) where TValue : struct =>
            values.TryGetValue(name, out var value) ? value.Deserialize<TValue?>(options) : null;

        public MetricValues Metrics(Func<Metric, string> name) => MetricValues.Of(Metric.All
            .Select(metric => (Metric: metric, Value: Optional<double>(name(metric)))).Where(one => one.Value is not null)
            .Select(one => (one.Metric, one.Value!.Value)));
    }
}

/// <summary>Epochs in logs, model files and checkpoints.</summary>
internal sealed class CnnEpochConverter() : RecordConverter<CnnEpoch>(RecordColumns.OfEpoch, values => new()
{
    Epoch = values.Required<int>("epoch"),
    Epochs = values.Required<int>("epochs"),
    Metrics = values.Metrics(metric => metric.Name),
    ValidationMetrics = values.Metrics(RecordColumns.ValidationName),
    LearningRate = values.Required<double>("learningRate"),
    Images = values.Required<long>("images"),
    Seconds = values.Required<double>("seconds"),
    IsBest = values.Required<bool>("isBest"),
    Steps = values.Optional<long>("steps") ?? 0,
    ValidationImagesPerSecond = values.Optional<double>("validationImagesPerSecond"),
    PeakMemory = values.Optional<long>("peakMemory") ?? 0,
});

/// <summary>Steps in logs.</summary>
internal sealed class CnnStepConverter() : RecordConverter<CnnStep>(RecordColumns.OfStep, values => new()
{
    Step = values.Required<long>("step"),
    Epoch = values.Required<int>("epoch"),
    Images = values.Required<int>("images"),
    Metrics = values.Metrics(metric => metric.Name),
    LearningRate = values.Required<double>("learningRate"),
    ImagesPerSecond = values.Required<double>("imagesPerSecond"),
});
