using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>A loss as its text: "focal:2".</summary>
internal sealed class LossFunctionConverter : JsonConverter<LossFunction>
{
    public override LossFunction Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return LossFunction.Parse(reader.GetString() ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, LossFunction value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
