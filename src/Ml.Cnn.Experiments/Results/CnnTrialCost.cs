namespace Ml.Cnn.Experiments;

/// <summary>What a network costs.</summary>
public enum CnnTrialCost
{
    /// <summary>Milliseconds from one encoded image to its label.</summary>
    Latency,

    /// <summary>Bytes of the model's weights.</summary>
    ModelBytes,

    /// <summary>The number of parameters.</summary>
    Parameters,

    /// <summary>Multiply-adds for one image.</summary>
    MultiplyAdds,

    /// <summary>Seconds of training.</summary>
    TrainSeconds,
}
