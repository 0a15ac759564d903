using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>What training minimizes.</summary>
internal sealed record LossSettings
{
    /// <summary>Null: the network's own.</summary>
    [JsonConverter(typeof(LossFunctionConverter))]
    public required LossFunction? Loss { get; init; }

    /// <summary>Null: labels alone are learned from.</summary>
    public required DistillationSettings? Distillation { get; init; }

    /// <summary>Null: labeled images alone are learned from.</summary>
    public required PseudoLabelSettings? PseudoLabels { get; init; }

    /// <summary>With the unlabeled images that the run has looked at.</summary>
    public LossSettings WithUnlabeled(string images) => this with { PseudoLabels = PseudoLabels! with { Images = images } };

    /// <summary>With the teacher that the run has opened.</summary>
    public LossSettings With(string teacher) => this with { Distillation = Distillation! with { Teacher = teacher } };
}
