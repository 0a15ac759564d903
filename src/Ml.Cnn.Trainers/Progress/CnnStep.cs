namespace Ml.Cnn.Trainers;

/// <summary>What one step of training came to: one batch of images.</summary>
/// <param name="Step">Its number, from 1 over all epochs.</param>
/// <param name="Epoch">The epoch it belongs to, from 1.</param>
/// <param name="Images">Images of the batch.</param>
/// <param name="Loss">Mean loss over the batch, in nats.</param>
/// <param name="Accuracy">Share of the batch's images whose class had the highest score, from 0 to 1.</param>
/// <param name="Top5Accuracy">Share of the batch's images whose class was among the five highest scores; null with five classes or fewer.</param>
/// <param name="LearningRate">The step's learning rate.</param>
/// <param name="ImagesPerSecond">Training images per second in this epoch so far.</param>
public sealed record CnnStep(long Step, int Epoch, int Images, double Loss, double Accuracy, double? Top5Accuracy, double LearningRate, double ImagesPerSecond);
