namespace Ml.Cnn.Trainers;

/// <summary>A class and how probable it is.</summary>
/// <param name="Label">The class, as text.</param>
/// <param name="Probability">From 0 to 1.</param>
public readonly record struct CnnClassProbability(string Label, float Probability);

/// <summary>What a <see cref="CnnPredictor"/> says of an image.</summary>
public sealed class CnnPrediction
{
    internal CnnPrediction(IReadOnlyList<CnnClassProbability> classes, bool isAbstention, IReadOnlyList<CnnClassProbability>? set) =>
        (Classes, IsAbstention, Set) = (classes, isAbstention, set);

    internal CnnPrediction(string defect) => (Classes, Defect) = ([], defect);

    /// <summary>The most probable classes, best first, <see cref="CnnPredictorOptions.TopK"/> at most. Empty where there is a <see cref="Defect"/>.</summary>
    public IReadOnlyList<CnnClassProbability> Classes { get; }

    /// <summary>The most probable class; null where the predictor abstains or the image has a <see cref="Defect"/>.</summary>
    public string? Label => IsAbstention || Defect is not null ? null : Classes[0].Label;

    /// <summary>
    /// How probable the most probable class is, from 0 to 1, also where the predictor abstains; NaN where the image has a <see cref="Defect"/>.
    /// </summary>
    public float Probability => Defect is null ? Classes[0].Probability : float.NaN;

    /// <summary>
    /// The classes that hold the right one with the probability that the model was calibrated for (<see cref="CnnCalibration.Coverage"/>), best first; empty
    /// for an image that the network knows nothing like. Null where the model has no such sets, and where there is a <see cref="Defect"/>.
    /// </summary>
    public IReadOnlyList<CnnClassProbability>? Set { get; }

    /// <summary>Whether no class is as probable as <see cref="CnnPredictorOptions.MinimumProbability"/> asks.</summary>
    public bool IsAbstention { get; }

    /// <summary>
    /// Why the image could not be used; null where it could. Only predictions of several images
    /// (<see cref="CnnPredictor.PredictMany(IReadOnlyList{ReadOnlyMemory{byte}})"/>) have one: for a single image it is an exception.
    /// </summary>
    public string? Defect { get; }

    /// <summary>"daisy (87.3 %)", "abstains (daisy 31.0 %)", or the defect.</summary>
    public override string ToString() => Defect
        ?? FormattableString.Invariant($"{(IsAbstention ? $"abstains ({Classes[0].Label} " : $"{Classes[0].Label} (")}{Probability * 100:0.0} %)");
}
