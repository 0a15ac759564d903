namespace Ml.Cnn.Experiments;

/// <summary>What an experiment makes as good as it can, on the validation images.</summary>
public enum CnnExperimentMetric
{
    /// <summary>The share of images whose class has the highest score: ML.NET's micro accuracy. Higher is better.</summary>
    Accuracy,

    /// <summary>The mean over the classes of the share of their images that are right, which counts small classes as much as large ones.</summary>
    MacroAccuracy,

    /// <summary>The mean cross-entropy, in nats. Lower is better.</summary>
    LogLoss,

    /// <summary>The share of images whose class is among the five highest scores; of as many as there are with fewer classes.</summary>
    Top5Accuracy,

    /// <summary>The mean over the classes of F1, the harmonic mean of precision and recall; 0 for a class that is never named rightly.</summary>
    MacroF1,
}
