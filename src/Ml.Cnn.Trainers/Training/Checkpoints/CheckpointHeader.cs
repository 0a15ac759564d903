using System.Text.Json;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Weights;
using TorchSharp;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>All that a checkpoint holds beside tensors: JSON in the file's metadata.</summary>
internal sealed record CheckpointHeader
{
    public const string MetadataName = "mlcnn.checkpoint";

    public const int CurrentVersion = 2;

    public int FormatVersion { get; init; } = CurrentVersion;
    public string Library { get; init; } = $"Ml.Cnn.Trainers {typeof(CheckpointHeader).Assembly.GetName().Version}";

    /// <summary>What must be the same for training to go on.</summary>
    public required IReadOnlyDictionary<string, string> Settings { get; init; }

    public required int Seed { get; init; }

    /// <summary>How the network ran.</summary>
    public required PlanJson Plan { get; init; }

    public required TrainingPosition Position { get; init; }

    /// <summary>The parts' numbers, by the parts' names.</summary>
    public required IReadOnlyDictionary<string, IReadOnlyDictionary<string, double>> Numbers { get; init; }

    public sealed record PlanJson(string Device, bool ChannelsLast, torch.ScalarType? ComputeType, int Threads);

    public IReadOnlyDictionary<string, string> ToMetadata() =>
        new Dictionary<string, string> { [MetadataName] = JsonSerializer.Serialize(this, JsonFormat.Options) };

    /// <exception cref="WeightsFormatException">There is no such text, or it is damaged.</exception>
    /// <exception cref="InvalidOperationException">A newer version of this library wrote it.</exception>
    public static CheckpointHeader Parse(IReadOnlyDictionary<string, string> metadata)
    {
        if (!metadata.TryGetValue(MetadataName, out var text))
            throw new WeightsFormatException("The file is no checkpoint.");
        try
        {
            using (var document = JsonDocument.Parse(text))
            {
                var version = document.RootElement.GetProperty("formatVersion").GetInt32();
                if (version > CurrentVersion)
                {
                    throw new InvalidOperationException($"The checkpoint was written by {document.RootElement.GetProperty("library").GetString()} in "
                        + $"format {version}, "
                        + $"and this version reads up to {CurrentVersion}: update the library.");
                }
            }
            return JsonSerializer.Deserialize<CheckpointHeader>(text, JsonFormat.Options)!;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or NotSupportedException)
        {
            throw new WeightsFormatException($"The checkpoint's JSON cannot be read: {e.Message}", e);
        }
    }
}
