using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Scores;

/// <summary>Scores images with a network.</summary>
internal static class NetworkScores
{
    /// <param name="network">The trained network.</param>
    /// <param name="images">With keys for labels; rows without one are left out.</param>
    /// <param name="label">The label column.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="OperationCanceledException">It was canceled.</exception>
    public static ImageScores Of(CnnClassifier network, IDataView images, string label, CancellationToken cancellation)
    {
        var scored = network.Transform(images);
        var (labels, probabilities) = (new List<int>(), new List<float>());
        DataViewSchema.Column[] columns = [scored.Schema[label], scored.Schema[network.ScoreColumnName]];
        using var cursor = scored.GetRowCursorSet(columns, 1)[0];
        var (readLabel, readScores) = (cursor.GetGetter<uint>(columns[0]), cursor.GetGetter<VBuffer<float>>(columns[1]));
        var (key, scores) = (0u, default(VBuffer<float>));
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            readLabel(ref key);
            if (key == 0)
                continue;
            readScores(ref scores);
            labels.Add((int)key - 1);
            probabilities.AddRange(scores.DenseValues());
        }
        return new([.. labels], [.. probabilities], network.ClassNames.Count);
    }
}
