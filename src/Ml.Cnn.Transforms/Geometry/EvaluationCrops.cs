namespace Ml.Cnn.Transforms;

/// <summary>Which parts of an image a network looks at when it scores.</summary>
public enum EvaluationCrops
{
    /// <summary>The middle.</summary>
    Center,

    /// <summary>The four corners and the middle (torchvision's FiveCrop). Scoring takes five times as long.</summary>
    Five,

    /// <summary>
    /// A grid of crops, evenly spaced from edge to edge (Simonyan and Zisserman 2014, section 3.2, "multi-crop": 5 × 5). Scoring takes as many times as long.
    /// </summary>
    Grid,

    /// <summary>
    /// The whole image at once, of whatever proportions: linear layers become convolutions, and their outputs at all places are averaged (Simonyan and
    /// Zisserman 2014, section 3.2, "dense evaluation"). Of an image longer than four times its short side, the ends are left out.
    /// </summary>
    Dense,
}
