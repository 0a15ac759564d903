namespace Ml.Cnn.Trainers;

/// <summary>How the loss went while the learning rate rose from step to step: the range test of Smith 2015, section 3.3.</summary>
/// <param name="Points">The steps, by rising rate. The last one is where the loss had grown to several times its lowest value, or the highest rate.</param>
/// <param name="Suggestion">The rate at which the smoothed loss fell most steeply; null where it never fell.</param>
public sealed record LearningRateCurve(IReadOnlyList<LearningRatePoint> Points, double? Suggestion);

/// <summary>A step of the range test.</summary>
/// <param name="LearningRate">The step's.</param>
/// <param name="Loss">Of the step's batch, before the step.</param>
/// <param name="SmoothedLoss">The running mean of the losses so far.</param>
public sealed record LearningRatePoint(double LearningRate, double Loss, double SmoothedLoss);
