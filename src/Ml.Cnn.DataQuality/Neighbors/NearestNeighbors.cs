using Ml.Cnn.Trainers.Features;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>The nearest rows of every row of a table: exact, by products of matrices a block at a time.</summary>
/// <param name="Rows">For each row its neighbors' rows, the nearest first.</param>
/// <param name="Distances">For each row the distances to them: 0 for the same direction, √2 for features that have nothing in common, 2 at most.</param>
internal sealed record NearestNeighbors(int[][] Rows, float[][] Distances)
{
    /// <summary>Values of the largest product that is held at a time: 64 MB.</summary>
    private const int BlockValues = 1 << 24;

    private static readonly Scalar s_never = float.NegativeInfinity.ToScalar();

    /// <param name="table">The rows, of length 1.</param>
    /// <param name="count">Neighbors of each; fewer where there are not so many others.</param>
    /// <param name="cancellation">Looked at before every block.</param>
    public static NearestNeighbors Of(FeatureTable table, int count, CancellationToken cancellation)
    {
        var (rows, distances) = (new int[table.Count][], new float[table.Count][]);
        var neighbors = Math.Min(count, table.Count - 1);
        if (neighbors < 1)
            return new([.. rows.Select(_ => Array.Empty<int>())], [.. distances.Select(_ => Array.Empty<float>())]);
        using var outer = NewDisposeScope();
        using var inference = inference_mode();
        var all = tensor(table.Values, [table.Count, table.Length]);
        var others = all.t();
        var block = Math.Clamp(BlockValues / table.Count, 1, table.Count);
        for (var first = 0; first < table.Count; first += block)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var size = Math.Min(block, table.Count - first);
            var similarities = all.narrow(0, first, size).matmul(others);
            similarities.diagonal(first).fill_(s_never); // no row is a neighbor of itself
            var (values, indices) = similarities.topk(neighbors, dim: 1);
            var (best, places) = (values.data<float>().ToArray(), indices.data<long>().ToArray());
            for (var i = 0; i < size; i++)
            {
                var range = (i * neighbors)..((i + 1) * neighbors);
                rows[first + i] = [.. places[range].Select(place => (int)place)];
                distances[first + i] = [.. best[range].Select(cosine => (float)Math.Sqrt(Math.Max(0, 2 - 2 * (double)cosine)))];
            }
        }
        return new(rows, distances);
    }
}
