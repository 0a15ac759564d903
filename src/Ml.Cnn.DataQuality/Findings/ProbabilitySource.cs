namespace Ml.Cnn.DataQuality;

/// <summary>Where the probabilities that label errors are found by come from.</summary>
public enum ProbabilitySource
{
    /// <summary>There are none: neither a trainer nor a model was given.</summary>
    None,

    /// <summary>Each image was scored by a network that was trained on the other folds.</summary>
    OutOfFold,

    /// <summary>A given model scored all images. Of images that it has learned from, it has learned wrong labels too, and finds fewer.</summary>
    Model,
}
