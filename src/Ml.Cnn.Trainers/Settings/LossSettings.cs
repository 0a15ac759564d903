using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>What training minimizes.</summary>
internal sealed record LossSettings
{
    /// <summary>Null: the network's own.</summary>
    [JsonConverter(typeof(LossFunctionConverter))]
    public required LossFunction? Loss { get; init; }
}
