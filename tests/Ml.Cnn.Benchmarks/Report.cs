using System.Diagnostics;
using System.Text.Json;

namespace Ml.Cnn.Benchmarks;

/// <summary>One JSON line per job, with the names that the Python half uses.</summary>
internal static class Report
{
    public static int Print(string command, EpochClock clock) => Print(command, clock.Rates, clock.Loss);

    public static int Print(string command, IReadOnlyList<double> imagesPerSecond, double? loss = null)
    {
        var ordered = imagesPerSecond.Order().ToArray();
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            command,
            images_per_second = Math.Round((ordered[(ordered.Length - 1) / 2] + ordered[ordered.Length / 2]) / 2, 2),
            all = imagesPerSecond.Select(r => Math.Round(r, 1)),
            loss,
            peak_rss_mib = Process.GetCurrentProcess().PeakWorkingSet64 >> 20,
            allocated_mib = GC.GetTotalAllocatedBytes() >> 20, // managed memory, garbage included
        }));
        return 0;
    }
}
