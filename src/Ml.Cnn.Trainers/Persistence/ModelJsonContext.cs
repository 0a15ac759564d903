using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>How model.json is read and written without reflection, which programs that are trimmed lack.</summary>
/// <remarks>The plain types are those of an epoch's values, which <c>CnnEpochConverter</c> reads and writes one by one.</remarks>
[JsonSerializable(typeof(CnnModelJson))]
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(bool?))]
internal sealed partial class ModelJsonContext : JsonSerializerContext;
