using System.Text.Json;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Experiments.Storage;

/// <summary>The JSON of an experiment's files: as the library's own, and on one line in the journal.</summary>
internal static class ExperimentJson
{
    public static JsonSerializerOptions File => JsonFormat.Options;

    public static JsonSerializerOptions Line { get; } = new(JsonFormat.Options) { WriteIndented = false };
}
