namespace Ml.Cnn.Trainers;

/// <summary>Whether the running means and variances of batch normalization follow the training images.</summary>
public enum BatchNormStatistics
{
    /// <summary>In the stages that are trained; frozen stages keep theirs.</summary>
    OfTrainedStages,

    /// <summary>Nowhere: every layer normalizes by the statistics that training started with. For small batches, and few images.</summary>
    Fixed,

    /// <summary>Everywhere, in frozen stages too: for images that look unlike those of the first training.</summary>
    Updated,
}
