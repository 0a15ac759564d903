namespace Ml.Cnn.Evaluation;

/// <summary>What an evaluation reads and measures.</summary>
public sealed class CnnEvaluationOptions
{
    /// <summary>The column of the right classes: keys with values, or text. Default "Label".</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>The column of a probability for each class. Default "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>
    /// The classes in the order of the scores. Null, the default: the names that the score column has for its slots, as every network of this library gives
    /// them; and where it has none, the values of the label's keys.
    /// </summary>
    public IReadOnlyList<string>? ClassNames { get; set; }

    /// <summary>What mistakes cost; null, the default: no costs are measured.</summary>
    public CnnCosts? Costs { get; set; }

    /// <summary>
    /// Whether average precision and ROC area are measured. They rank all images by every class's scores, which takes 4 bytes for each image and class: 20 MB
    /// for 50,000 images of 100 classes, 200 MB for 1,000 classes. Default true.
    /// </summary>
    public bool RanksClasses { get; set; } = true;
}
