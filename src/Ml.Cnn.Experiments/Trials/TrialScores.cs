namespace Ml.Cnn.Experiments.Trials;

/// <summary>A network's probabilities of the validation images.</summary>
/// <param name="Labels">The right classes, from 0, in the rows' order.</param>
/// <param name="Probabilities">Image after image, a probability for each class.</param>
/// <param name="Classes">How many there are.</param>
internal sealed record TrialScores(int[] Labels, float[] Probabilities, int Classes)
{
    public ReadOnlySpan<float> Of(int image) => Probabilities.AsSpan(image * Classes, Classes);
}
