namespace Ml.Cnn.Inspection;

/// <summary>
/// How well a heat map tells what the network's answer rests on: insertion and deletion (Petsiuk et al. 2018, section 3.2). The pixels that the map says matter
/// most are shown first, or taken away first, and the probability of the map's class is watched.
/// </summary>
public sealed class CnnHeatMapScore
{
    internal CnnHeatMapScore(IReadOnlyList<float> insertionCurve, IReadOnlyList<float> deletionCurve) =>
        (InsertionCurve, DeletionCurve) = (insertionCurve, deletionCurve);

    /// <summary>The area below <see cref="InsertionCurve"/>, 0 to 1: the higher, the better the map.</summary>
    public double Insertion => Area(InsertionCurve);

    /// <summary>The area below <see cref="DeletionCurve"/>, 0 to 1: the lower, the better the map.</summary>
    public double Deletion => Area(DeletionCurve);

    /// <summary>The class's probability while pixels are shown, evenly spaced from the blurred image to the whole image.</summary>
    public IReadOnlyList<float> InsertionCurve { get; }

    /// <summary>The class's probability while pixels are taken away, evenly spaced from the whole image to the mean color.</summary>
    public IReadOnlyList<float> DeletionCurve { get; }

    /// <summary>"insertion 0.72, deletion 0.11".</summary>
    public override string ToString() => FormattableString.Invariant($"insertion {Insertion:0.00}, deletion {Deletion:0.00}");

    // By trapezoids.
    private static double Area(IReadOnlyList<float> curve) =>
        Enumerable.Range(1, curve.Count - 1).Sum(i => (curve[i - 1] + (double)curve[i]) / 2) / (curve.Count - 1);
}
