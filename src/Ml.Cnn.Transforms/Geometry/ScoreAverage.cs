namespace Ml.Cnn.Transforms;

/// <summary>What is averaged where several views of an image, or several networks, give scores for it.</summary>
public enum ScoreAverage
{
    /// <summary>The probabilities, as the papers of AlexNet and VGG do.</summary>
    Probabilities,

    /// <summary>
    /// The logits, of which the probabilities are made afterwards: a geometric mean of the probabilities. A view that is sure that a class is not there
    /// counts for more.
    /// </summary>
    Logits,
}
