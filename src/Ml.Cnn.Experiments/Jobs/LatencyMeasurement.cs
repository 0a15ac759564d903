using System.Diagnostics;
using Ml.Cnn.Trainers;
using SkiaSharp;

namespace Ml.Cnn.Experiments.Jobs;

/// <summary>The time from one encoded image to its label, as an app sees it that asks for one after the other.</summary>
internal static class LatencyMeasurement
{
    private const int MostAnswers = 50;
    private const int JpegQuality = 90;
    private static readonly TimeSpan s_time = TimeSpan.FromSeconds(1);

    /// <summary>The median of some answers, in milliseconds: of up to fifty, within a second or so, and of three at least.</summary>
    /// <param name="network">Any; it is left as it is.</param>
    public static double Median(CnnTransformer network)
    {
        var image = Photo(network.Shape.Width, network.Shape.Height);
        using var predictor = new CnnPredictor(network, new() { MaximumBatchSize = 1 });
        predictor.Predict(image);
        predictor.Predict(image);
        var times = new List<double>();
        var start = Stopwatch.GetTimestamp();
        while (times.Count < 3 || (times.Count < MostAnswers && Stopwatch.GetElapsedTime(start) < s_time))
        {
            var begin = Stopwatch.GetTimestamp();
            predictor.Predict(image);
            times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
        }
        times.Sort();
        return times[times.Count / 2];
    }

    // Something with edges and colors: what a JPEG file takes to decode depends on it.
    private static byte[] Photo(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height);
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
                bitmap.SetPixel(x, y, new SKColor((byte)(x * 255 / width), (byte)(y * 255 / height), (byte)((x * 7 ^ y * 13) & 255)));
        }
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, JpegQuality);
        return data.ToArray();
    }
}
