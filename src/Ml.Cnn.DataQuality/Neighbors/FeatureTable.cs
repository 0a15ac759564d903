using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>A network's features of images, each row brought to length 1.</summary>
/// <param name="Values">Row by row.</param>
/// <param name="Length">Features of an image.</param>
internal sealed record FeatureTable(float[] Values, int Length)
{
    public int Count => Values.Length / Length;

    /// <summary>Reads a column of features, in the order of the rows.</summary>
    /// <param name="data">Data with the column; none of its images is bad.</param>
    /// <param name="columnName">A vector of Single.</param>
    /// <param name="length">Its length.</param>
    /// <param name="cancellation">Looked at before every row.</param>
    public static FeatureTable Read(IDataView data, string columnName, int length, CancellationToken cancellation)
    {
        List<float> values = [];
        var column = data.Schema[columnName];
        using var cursor = data.GetRowCursorSet([column], 1)[0]; // of a set: ML.NET reads ahead for a cursor on its own
        var get = cursor.GetGetter<VBuffer<float>>(column);
        VBuffer<float> row = default;
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            get(ref row);
            float[] dense = [.. row.DenseValues()];
            var norm = Math.Max(Math.Sqrt(dense.Sum(value => (double)value * value)), 1e-12);
            values.AddRange(dense.Select(value => (float)(value / norm)));
        }
        return new([.. values], length);
    }

    /// <summary>Some rows.</summary>
    public FeatureTable Take(IReadOnlyList<int> rows)
    {
        var taken = new float[rows.Count * Length];
        for (var i = 0; i < rows.Count; i++)
            Values.AsSpan(rows[i] * Length, Length).CopyTo(taken.AsSpan(i * Length));
        return new(taken, Length);
    }
}
