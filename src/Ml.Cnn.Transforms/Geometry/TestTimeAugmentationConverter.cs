using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>The text form in JSON.</summary>
internal sealed class TestTimeAugmentationConverter : JsonConverter<TestTimeAugmentation>
{
    public override TestTimeAugmentation Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return TestTimeAugmentation.Parse(reader.GetString() ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, TestTimeAugmentation value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
