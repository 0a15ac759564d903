namespace Ml.Cnn.Trainers;

/// <summary>Images whose predicted class has a probability within a range: a point of a calibration curve.</summary>
/// <param name="Lower">The probabilities are above this one.</param>
/// <param name="Upper">They are at most this one.</param>
/// <param name="Images">How many images there are.</param>
/// <param name="Probability">The mean of their probabilities; NaN without images.</param>
/// <param name="Accuracy">The share of them that are right; NaN without images.</param>
public readonly record struct CalibrationBin(double Lower, double Upper, int Images, double Probability, double Accuracy);
