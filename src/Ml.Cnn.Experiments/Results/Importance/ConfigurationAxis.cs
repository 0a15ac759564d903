namespace Ml.Cnn.Experiments.Results.Importance;

/// <summary>A setting that trials differ in, as the forest sees it.</summary>
/// <param name="Name">As users know it: "learningRate".</param>
/// <param name="Categories">How many values without an order there are, numbered from 0; 0 for a number from 0 to 1.</param>
internal sealed record ConfigurationAxis(string Name, int Categories)
{
    public bool IsCategory => Categories > 0;
}
