using Ml.Cnn.Trainers.Features;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Embedding;

/// <summary>The first two principal components of a table (Pearson 1901), exact, in float64.</summary>
/// <param name="X">Each row along the direction in which the rows vary most, from their mean.</param>
/// <param name="Y">Each row along the direction at right angles to it in which they vary most.</param>
/// <param name="FirstShare">The share of the variance that X holds, 0 to 1; 0 where all rows are the same.</param>
/// <param name="SecondShare">The share that Y holds.</param>
internal sealed record PrincipalComponents(double[] X, double[] Y, double FirstShare, double SecondShare)
{
    /// <summary>Rows or columns, whichever are fewer: a matrix of so many squared takes 800 MB, and its eigenvectors minutes.</summary>
    public const int LargestMatrix = 10_000;

    private const int BlockValues = 1 << 21; // 16 MB
    private const double LeastVariance = 1e-24; // of the mean square: what is left when a mean in float64 is taken off equal numbers
    private const double LeastShare = 1e-12;    // of the variance: an eigenvalue below that is rounding

    /// <summary>Finds them: by the matrix of the columns' covariances, or by the products of the rows where those are fewer.</summary>
    public static PrincipalComponents Of(FeatureTable table)
    {
        var (mean, square) = Moments(table);
        using var scope = NewDisposeScope();
        using var inference = inference_mode();
        var isByRows = table.Count < table.Length;
        var products = isByRows ? ProductsOfRows(table, mean) : ProductsOfColumns(table, mean);
        var variance = products.diagonal().sum().Number();
        if (variance <= LeastVariance * square)
            return new(new double[table.Count], new double[table.Count], 0, 0);
        var (values, vectors) = linalg.eigh(products); // the largest value is the last
        var (x, firstShare) = Component(1);
        var (y, secondShare) = Component(2);
        return new(x, y, firstShare, secondShare);

        (double[] Places, double Share) Component(int fromEnd)
        {
            var place = values.shape[0] - fromEnd;
            var share = place < 0 ? 0 : values[place].Number() / variance;
            if (share <= LeastShare)
                return (new double[table.Count], 0);
            var vector = vectors.select(1, place).contiguous().data<double>().ToArray();
            return (Project(table, mean, Directed(isByRows ? Combined(table, mean, vector) : vector)), share);
        }
    }

    private static (double[] Mean, double Square) Moments(FeatureTable table)
    {
        var (mean, square) = (new double[table.Length], 0.0);
        for (var row = 0; row < table.Count; row++)
        {
            var features = table[row];
            for (var i = 0; i < features.Length; i++)
            {
                mean[i] += features[i];
                square += (double)features[i] * features[i];
            }
        }
        for (var i = 0; i < mean.Length; i++)
            mean[i] /= table.Count;
        return (mean, square);
    }

    private static Tensor ProductsOfRows(FeatureTable table, double[] mean)
    {
        var centered = Centered(table, mean, 0, table.Count);
        return centered.matmul(centered.t());
    }

    private static Tensor ProductsOfColumns(FeatureTable table, double[] mean)
    {
        var sum = zeros(table.Length, table.Length, ScalarType.Float64);
        var block = Math.Max(1, BlockValues / table.Length);
        for (var first = 0; first < table.Count; first += block)
        {
            using var scope = NewDisposeScope();
            var centered = Centered(table, mean, first, Math.Min(block, table.Count - first));
            sum.AddInPlace(centered.t().matmul(centered));
        }
        return sum;
    }

    private static Tensor Centered(FeatureTable table, double[] mean, int first, int rows)
    {
        var values = new double[rows * table.Length];
        for (var i = 0; i < values.Length; i++)
            values[i] = table.Values[(long)first * table.Length + i] - mean[i % table.Length];
        return tensor(values, [rows, table.Length]);
    }

    // An eigenvector of the products of rows says how much of each row makes the direction.
    private static double[] Combined(FeatureTable table, double[] mean, double[] shares)
    {
        var direction = new double[table.Length];
        for (var row = 0; row < table.Count; row++)
        {
            var features = table[row];
            for (var i = 0; i < direction.Length; i++)
                direction[i] += shares[row] * (features[i] - mean[i]);
        }
        var norm = Math.Sqrt(direction.Sum(value => value * value));
        return [.. direction.Select(value => value / norm)];
    }

    // Both signs are right: the largest number of a direction is positive, so that the same data gives the same picture.
    private static double[] Directed(double[] direction) =>
        direction.MaxBy(Math.Abs) < 0 ? [.. direction.Select(value => -value)] : direction;

    private static double[] Project(FeatureTable table, double[] mean, double[] direction)
    {
        var places = new double[table.Count];
        for (var row = 0; row < places.Length; row++)
        {
            var features = table[row];
            for (var i = 0; i < direction.Length; i++)
                places[row] += (features[i] - mean[i]) * direction[i];
        }
        return places;
    }
}
