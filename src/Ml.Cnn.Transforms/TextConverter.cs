using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>A value in JSON as its text, which its ToString writes.</summary>
/// <param name="parse">Reads the text; throws a FormatException where it is none.</param>
internal abstract class TextConverter<T>(Func<string, T> parse) : JsonConverter<T> where T : class
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return parse(reader.GetString() ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
