using Ml.Cnn.DataQuality.Images;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>
/// From which correlation on two pictures of a data set are nearly the same. Photos of all kinds of things are alike to 0.7 at most; of digits the next is
/// often alike to 0.95, and then it takes more to be the same.
/// </summary>
internal static class UsualMatch
{
    /// <summary>Two compressions of one photo are alike to more.</summary>
    public const double Least = 0.95;

    private const int Sampled = 256;
    private const int BlockRows = 4096;

    /// <summary>Too few images to tell what is usual.</summary>
    private const int LeastImages = 100;

    /// <summary>Differences of Fisher's z by which the pictures that are most alike differ at least.</summary>
    private const double LeastDeviation = 0.05;

    /// <summary>
    /// The correlation that stands out among those of a picture with the one that is most like it, over a sample of pictures: as many median deviations above
    /// the median of Fisher's z (the inverse hyperbolic tangent of the correlation, which is nearly normally distributed), and at least <see cref="Least"/>.
    /// </summary>
    /// <param name="pictures">Thumbnails of different images.</param>
    /// <param name="deviations">How many.</param>
    /// <param name="cancellation">Looked at before every block.</param>
    public static double Threshold(IReadOnlyList<byte[]> pictures, double deviations, CancellationToken cancellation)
    {
        if (pictures.Count < LeastImages)
            return Least;
        var count = Math.Min(Sampled, pictures.Count);
        int[] sample = [.. Enumerable.Range(0, count).Select(i => (int)((long)i * pictures.Count / count))];
        var others = MostLike(pictures, sample, cancellation);
        var correlations = new double[count];
        // As pairs will be compared: a simple picture fits on many where it may be moved.
        Parallel.For(0, count, new ParallelOptions { CancellationToken = cancellation }, i =>
            correlations[i] = PictureMatch.Best(pictures[sample[i]], pictures[others[i]], Least));
        var scale = RobustScale.Of(correlations.Select(correlation => Math.Atanh(Math.Clamp(correlation, 0, 0.99999))), LeastDeviation);
        return Math.Max(Least, Math.Tanh(scale.Median + deviations * scale.Above));
    }

    /// <summary>For each picture of a sample the other one with the highest correlation, as they lie.</summary>
    private static int[] MostLike(IReadOnlyList<byte[]> pictures, int[] sample, CancellationToken cancellation)
    {
        using var outer = NewDisposeScope();
        using var inference = inference_mode();
        var sampled = Centered([.. sample.Select(row => pictures[row])]);
        var (best, places) = (new float[sample.Length], new int[sample.Length]);
        Array.Fill(best, float.NegativeInfinity);
        for (var first = 0; first < pictures.Count; first += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var size = Math.Min(BlockRows, pictures.Count - first);
            var products = sampled.matmul(Centered([.. Enumerable.Range(first, size).Select(row => pictures[row])]).t());
            for (var i = 0; i < sample.Length; i++)
                if (sample[i] >= first && sample[i] < first + size)
                    products[i, sample[i] - first] = tensor(float.NegativeInfinity);
            var (values, indices) = products.max(1);
            var (found, at) = (values.data<float>().ToArray(), indices.data<long>().ToArray());
            for (var i = 0; i < sample.Length; i++)
                if (found[i] > best[i])
                    (best[i], places[i]) = (found[i], first + (int)at[i]);
        }
        return places;
    }

    /// <summary>Pictures as rows without their mean, of length 1.</summary>
    private static Tensor Centered(byte[][] pictures)
    {
        var values = new float[pictures.Length * SurveyedImages.ThumbnailLength];
        for (var i = 0; i < pictures.Length; i++)
            for (var j = 0; j < SurveyedImages.ThumbnailLength; j++)
                values[i * SurveyedImages.ThumbnailLength + j] = pictures[i][j];
        using var scope = NewDisposeScope();
        var rows = tensor(values, [pictures.Length, SurveyedImages.ThumbnailLength]);
        rows = rows - rows.mean([1], keepdim: true);
        return (rows / rows.norm(1, keepdim: true).AtLeast(1e-6)).MoveToOuterDisposeScope();
    }
}
