namespace Ml.Cnn.DataQuality;

/// <summary>
/// Which images are called label errors, once the confident joint says how many there are. Northcutt, Jiang, Chuang: Confident Learning (JAIR 70, 2021),
/// section 3.2.
/// </summary>
public enum LabelErrorFilter
{
    /// <summary>
    /// For each pair of a label and another class, as many images as the joint counts there, by the margin between both (prune by noise rate).
    /// </summary>
    NoiseRate,

    /// <summary>For each label, as many images as the joint counts for other classes, by the label's own probability (prune by class).</summary>
    Class,

    /// <summary>Those that both name: fewer, and surer.</summary>
    Both,

    /// <summary>Exactly the images that the joint counts for other classes than their label's, without calibration.</summary>
    Confident,
}
