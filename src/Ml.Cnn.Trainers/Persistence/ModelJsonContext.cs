using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>How model.json is read and written without reflection, which programs that are trimmed lack.</summary>
/// <remarks>
/// The plain types are those that converters read and write by themselves: an epoch's values (<c>CnnEpochConverter</c>), and the bounds of intervals
/// (<c>IntervalConverter</c>).
/// </remarks>
[JsonSerializable(typeof(CnnModelJson))]
[JsonSerializable(typeof(object))]
[JsonSerializable(typeof(int?))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(bool?))]
[JsonSerializable(typeof(double[]))]
internal sealed partial class ModelJsonContext : JsonSerializerContext;
