using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Weights.Formats;

/// <summary>One tensor of a .safetensors file.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions; none for a scalar.</param>
/// <param name="Begin">Where its bytes begin, counted from the end of the header.</param>
/// <param name="End">Where they end.</param>
internal sealed record SafeTensorsEntry(string Name, ScalarType Type, long[] Shape, long Begin, long End);

/// <summary>The JSON header of a .safetensors file: names, element types, shapes and places, in the file's own order.</summary>
/// <remarks>Format: https://github.com/huggingface/safetensors#format.</remarks>
internal sealed class SafeTensorsHeader
{
    /// <summary>The longest header that the format's own reader takes, in bytes.</summary>
    public const long MaximumLength = 100_000_000;

    private const string MetadataName = "__metadata__";
    private const int Alignment = 8;
    private const int MaximumRank = 64;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    private static readonly JsonDocumentOptions ReaderOptions = new() { MaxDepth = 8, AllowDuplicateProperties = false };

    public SafeTensorsHeader(IReadOnlyList<SafeTensorsEntry> entries, IReadOnlyDictionary<string, string> metadata) =>
        (Entries, Metadata) = (entries, metadata);

    public IReadOnlyList<SafeTensorsEntry> Entries { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The header's bytes, padded with spaces so that the tensors start at a multiple of 8.</summary>
    public byte[] ToBytes()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, WriterOptions))
        {
            json.WriteStartObject();
            if (Metadata.Count > 0)
            {
                json.WriteStartObject(MetadataName);
                foreach (var (key, value) in Metadata.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    json.WriteString(key, value);
                json.WriteEndObject();
            }
            foreach (var entry in Entries)
            {
                json.WriteStartObject(entry.Name);
                json.WriteString("dtype", ElementTypes.Of(entry.Type).Name);
                WriteNumbers("shape", entry.Shape);
                WriteNumbers("data_offsets", [entry.Begin, entry.End]);
                json.WriteEndObject();
            }
            json.WriteEndObject();

            void WriteNumbers(string name, long[] numbers)
            {
                json.WriteStartArray(name);
                foreach (var number in numbers)
                    json.WriteNumberValue(number);
                json.WriteEndArray();
            }
        }
        var padding = (Alignment - buffer.WrittenCount % Alignment) % Alignment;
        buffer.GetSpan(padding)[..padding].Fill((byte)' ');
        buffer.Advance(padding);
        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Reads a header and checks that its tensors fill the data without holes or overlaps.</summary>
    /// <param name="bytes">The header.</param>
    /// <param name="dataLength">How many bytes follow it.</param>
    /// <exception cref="WeightsFormatException">Something is wrong with it.</exception>
    public static SafeTensorsHeader Parse(ReadOnlyMemory<byte> bytes, long dataLength)
    {
        SafeTensorsHeader header;
        try
        {
            using var document = JsonDocument.Parse(bytes, ReaderOptions);
            header = Read(document.RootElement);
        }
        // InvalidOperationException: a name that is no valid UTF-8 or UTF-16.
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            throw new WeightsFormatException($"The header is not valid JSON: {exception.Message}", exception);
        }
        CheckPlaces(header.Entries, dataLength);
        return header;
    }

    private static SafeTensorsHeader Read(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
            throw new WeightsFormatException("The header is not a JSON object.");
        var entries = new List<SafeTensorsEntry>();
        var metadata = new Dictionary<string, string>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataName)
                ReadMetadata(property.Value, metadata);
            else
                entries.Add(ReadEntry(property.Name, property.Value));
        }
        return new(entries, metadata);
    }

    private static void ReadMetadata(JsonElement value, Dictionary<string, string> metadata)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw new WeightsFormatException($"'{MetadataName}' is not a JSON object.");
        foreach (var property in value.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
                throw new WeightsFormatException($"'{property.Name}' of '{MetadataName}' is not text.");
            metadata.Add(property.Name, property.Value.GetString()!);
        }
    }

    private static SafeTensorsEntry ReadEntry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
            throw Wrong("is not a JSON object");
        if (!value.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String)
            throw Wrong("has no dtype");
        if (!ElementTypes.TryFind(dtype.GetString()!, out var type, out var size))
            throw Wrong($"has the unknown dtype '{dtype.GetString()}'");
        var shape = Numbers("shape");
        var offsets = Numbers("data_offsets");
        if (shape.Length > MaximumRank)
            throw Wrong($"has {shape.Length} dimensions");
        if (offsets.Length != 2)
            throw Wrong($"has {offsets.Length} data_offsets instead of 2");

        // Dimensions of 0 count as 1 at first: torch multiplies the others too.
        long bytes = size;
        foreach (var dimension in shape)
        {
            if (dimension > 0 && bytes > long.MaxValue / dimension)
                throw Wrong("has more bytes than can be counted");
            bytes *= Math.Max(dimension, 1);
        }
        if (shape.Contains(0))
            bytes = 0;
        if (offsets[1] - offsets[0] != bytes)
            throw Wrong($"takes {bytes} bytes by its shape [{string.Join(", ", shape)}], but {offsets[1] - offsets[0]} by its data_offsets");
        return new(name, type, shape, offsets[0], offsets[1]);

        long[] Numbers(string property)
        {
            if (!value.TryGetProperty(property, out var array) || array.ValueKind != JsonValueKind.Array)
                throw Wrong($"has no {property}");
            return [.. array.EnumerateArray().Select(element =>
                element.ValueKind == JsonValueKind.Number && element.TryGetInt64(out var number) && number >= 0
                    ? number
                    : throw Wrong($"has something in its {property} that is not a whole number from 0"))];
        }

        WeightsFormatException Wrong(string what) => new($"Tensor '{Listing.Shortened(name)}' {what}.");
    }

    private static void CheckPlaces(IReadOnlyList<SafeTensorsEntry> entries, long dataLength)
    {
        var place = 0L;
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != place)
                throw new WeightsFormatException(
                    $"Tensor '{Listing.Shortened(entry.Name)}' begins at byte {entry.Begin}, but the one before it ends at {place}.");
            place = entry.End;
        }
        if (place != dataLength)
            throw new WeightsFormatException($"The tensors take {place} bytes, but the file has {dataLength} for them.");
    }
}
