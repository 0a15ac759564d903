using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>How model.json is read and written without reflection, which programs that are trimmed lack.</summary>
[JsonSerializable(typeof(CnnModelJson))]
internal sealed partial class ModelJsonContext : JsonSerializerContext;
