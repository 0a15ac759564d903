using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>A schedule as its text: "cosine+warmup:5,0.01".</summary>
internal sealed class LearningRateScheduleConverter : JsonConverter<LearningRateSchedule>
{
    public override LearningRateSchedule Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        try
        {
            return LearningRateSchedule.Parse(reader.GetString() ?? "");
        }
        catch (FormatException e)
        {
            throw new JsonException(e.Message, e);
        }
    }

    public override void Write(Utf8JsonWriter writer, LearningRateSchedule value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
