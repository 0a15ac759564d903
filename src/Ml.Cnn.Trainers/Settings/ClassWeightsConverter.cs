using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>Class weights in JSON as their text: "balanced", or "cat=2,dog=1". Written only: nothing trains from a model's JSON.</summary>
internal sealed class ClassWeightsConverter : JsonConverter<ClassWeights>
{
    public override ClassWeights Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        throw new NotSupportedException("Class weights are written to JSON and not read from it.");

    public override void Write(Utf8JsonWriter writer, ClassWeights value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
}
