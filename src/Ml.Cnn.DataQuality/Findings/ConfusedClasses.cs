namespace Ml.Cnn.DataQuality;

/// <summary>Two classes that are hard to tell apart.</summary>
/// <param name="First">A class.</param>
/// <param name="Second">The other.</param>
/// <param name="FirstTakenForSecond">How many images that are labeled <paramref name="First"/> were taken for <paramref name="Second"/>.</param>
/// <param name="SecondTakenForFirst">The other way round.</param>
/// <param name="LabelErrors">So many of them the confident joint counts as wrong labels, rather than as hard images.</param>
/// <param name="Share">Of the images of both classes, the share that was taken for the other one; 0 to 1.</param>
public sealed record ConfusedClasses(string First, string Second, int FirstTakenForSecond, int SecondTakenForFirst, int LabelErrors, double Share);
