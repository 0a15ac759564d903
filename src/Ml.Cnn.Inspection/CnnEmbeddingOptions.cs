namespace Ml.Cnn.Inspection;

/// <summary>What images are put into the plane by.</summary>
public sealed class CnnEmbeddingOptions
{
    internal const string UsualLabelColumnName = "Label";

    /// <summary>
    /// The layer whose output the features are, by its name in <see cref="Trainers.Inspection.CnnSummary"/>; a name that several layers begin with ("layer2")
    /// stands for the last of them. Of maps, the means are taken, one for each channel. Default: the layer before the head, as
    /// <see cref="Trainers.CnnFeaturesEstimator"/> has it.
    /// </summary>
    public string? Layer { get; set; }

    /// <summary>
    /// A column of labels, text, a key or numbers, by which points have their colors. Default "Label", which may be missing; null: no labels.
    /// </summary>
    public string? LabelColumnName { get; set; } = UsualLabelColumnName;
}
