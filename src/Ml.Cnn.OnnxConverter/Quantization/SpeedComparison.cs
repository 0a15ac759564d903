using System.Diagnostics;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Times two networks in turns, so that what else the machine does slows both.</summary>
internal static class SpeedComparison
{
    private const int LeastPasses = 3;

    /// <summary>Images per second of either, by the quickest of its passes, which other work on the machine disturbs least.</summary>
    /// <param name="one">A network.</param>
    /// <param name="other">Another of the same input.</param>
    /// <param name="pixels">A batch's numbers.</param>
    /// <param name="images">How many images that is.</param>
    /// <param name="time">How long to go on.</param>
    public static (double One, double Other) Measure(ModelSession one, ModelSession other, float[] pixels, int images, TimeSpan time)
    {
        ModelSession[] sessions = [one, other];
        var times = sessions.Select(_ => new List<double>()).ToArray();
        foreach (var session in sessions)
            session.Run(pixels, images); // the first pass takes memory
        var clock = Stopwatch.StartNew();
        while (times[1].Count < LeastPasses || clock.Elapsed < time)
        {
            for (var side = 0; side < sessions.Length; side++)
            {
                var start = Stopwatch.GetTimestamp();
                sessions[side].Run(pixels, images);
                times[side].Add(Stopwatch.GetElapsedTime(start).TotalSeconds);
            }
        }
        return (images / times[0].Min(), images / times[1].Min());
    }
}
