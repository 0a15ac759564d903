using Ml.Cnn.DataQuality.Images;
using static TorchSharp.torch;

namespace Ml.Cnn.DataQuality.Neighbors;

/// <summary>
/// From which correlation on two pictures of a data set are nearly the same. Photos of all kinds of things are alike to 0.7 at most; of digits the next is often
/// alike to 0.95, and then it takes more to be the same.
/// </summary>
internal static class UsualMatch
{
    /// <summary>Two compressions of one photo are alike to more.</summary>
    public const double Least = 0.95;

    private const int Sampled = 512;
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
        var sample = Enumerable.Range(0, Math.Min(Sampled, pictures.Count)).Select(i => (int)((long)i * pictures.Count / Math.Min(Sampled, pictures.Count))).ToArray();
        var best = BestOthers(pictures, sample, cancellation);
        var scale = RobustScale.Of(best.Select(correlation => Math.Atanh(Math.Clamp(correlation, 0, 0.99999))), LeastDeviation);
        return Math.Max(Least, Math.Tanh(scale.Median + deviations * scale.Deviation));
    }

    private static float[] BestOthers(IReadOnlyList<byte[]> pictures, int[] sample, CancellationToken cancellation)
    {
        using var outer = NewDisposeScope();
        using var inference = inference_mode();
        var sampled = Centered([.. sample.Select(row => pictures[row])]);
        var best = full(sample.Length, float.NegativeInfinity);
        for (var first = 0; first < pictures.Count; first += BlockRows)
        {
            cancellation.ThrowIfCancellationRequested();
            using var scope = NewDisposeScope();
            var size = Math.Min(BlockRows, pictures.Count - first);
            var products = sampled.matmul(Centered([.. Enumerable.Range(first, size).Select(row => pictures[row])]).t());
            for (var i = 0; i < sample.Length; i++)
                if (sample[i] >= first && sample[i] < first + size)
                    products[i, sample[i] - first] = tensor(float.NegativeInfinity);
            best.copy_(maximum(best, products.amax([1])));
        }
        return best.data<float>().ToArray();
    }

    /// <summary>Pictures as rows without their mean, of length 1.</summary>
    private static Tensor Centered(byte[][] pictures)
    {
        var values = new float[pictures.Length * SurveyedImages.ThumbnailLength];
        for (var i = 0; i < pictures.Length; i++)
            for (var j = 0; j < SurveyedImages.ThumbnailLength; j++)
                values[i * SurveyedImages.ThumbnailLength + j] = pictures[i][j];
        var rows = tensor(values, [pictures.Length, SurveyedImages.ThumbnailLength]);
        rows = rows - rows.mean([1], keepdim: true);
        return rows / rows.norm(1, keepdim: true).clamp_min(1e-6);
    }
}
