using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Trainers.Features;

/// <summary>A network's features of images.</summary>
/// <param name="Values">Row by row.</param>
/// <param name="Length">Features of an image.</param>
internal sealed record FeatureTable(float[] Values, int Length)
{
    private const double LeastNorm = 1e-12;

    public int Count => Values.Length / Length;

    /// <summary>The features of an image.</summary>
    public ReadOnlySpan<float> this[int row] => Values.AsSpan(row * Length, Length);

    /// <summary>Each row brought to length 1; a row of zeros stays as it is.</summary>
    public FeatureTable ToUnitLength()
    {
        var unit = new float[Values.Length];
        for (var row = 0; row < Count; row++)
            ToUnitLength(this[row], unit.AsSpan(row * Length, Length));
        return new(unit, Length);
    }

    /// <summary>Brings the features of an image to length 1.</summary>
    /// <param name="features">The features.</param>
    /// <param name="unit">Takes the result.</param>
    public static void ToUnitLength(ReadOnlySpan<float> features, Span<float> unit)
    {
        var sum = 0.0;
        foreach (var value in features)
            sum += (double)value * value;
        var norm = Math.Max(Math.Sqrt(sum), LeastNorm);
        for (var i = 0; i < features.Length; i++)
            unit[i] = (float)(features[i] / norm);
    }

    /// <summary>How much alike two images' features of length 1 are: the cosine of the angle between them, −1 to 1.</summary>
    public static float Similarity(ReadOnlySpan<float> one, ReadOnlySpan<float> other) => Math.Clamp(TensorPrimitives.Dot(one, other), -1, 1);

    /// <summary>Some rows.</summary>
    public FeatureTable Take(IReadOnlyList<int> rows)
    {
        var taken = new float[rows.Count * Length];
        for (var i = 0; i < rows.Count; i++)
            this[rows[i]].CopyTo(taken.AsSpan(i * Length));
        return new(taken, Length);
    }
}
