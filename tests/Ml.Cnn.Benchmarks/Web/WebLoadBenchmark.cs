using System.Text.Json;

namespace Ml.Cnn.Benchmarks.Web;

/// <summary>The highest rate that the web service keeps up with, and how long its answers take at a half and at nine tenths of it.</summary>
internal static class WebLoadBenchmark
{
    private const double LongestWait = 500; // milliseconds that 99 of 100 requests may take: beyond, a queue has built up
    private const double Narrow = 1.06; // where the search ends

    public static async Task<int> RunAsync(Uri address, int side, double seconds)
    {
        using var loop = new OpenLoop(address, WebModels.Image(side, side));
        await loop.RunAsync(20, 2); // .NET compiles
        var (held, missed) = (0.0, double.PositiveInfinity);
        for (var rate = 50.0; held == 0 || missed / held > Narrow; rate = double.IsInfinity(missed) ? rate * 1.6 : Math.Sqrt(Math.Max(held, 1) * missed))
        {
            var load = await loop.RunAsync(rate, seconds / 4);
            var holds = Holds(load);
            Console.Error.WriteLine(FormattableString.Invariant(
                $"  {rate:0} a second: {(holds ? "held" : "missed")} (p99 {load.Percentile(0.99)} ms, {load.Refused} refused, {load.Failed} failed)"));
            (held, missed) = holds ? (rate, missed) : (held, rate);
            if (missed < 2)
                throw new InvalidOperationException("The service keeps up with no rate at all.");
        }
        await loop.RunAsync(20, 2); // a queue of before is gone
        var half = await loop.RunAsync(held * 0.5, seconds);
        var most = await loop.RunAsync(held * 0.9, seconds);
        Console.WriteLine(JsonSerializer.Serialize(new { highest_rate = Math.Round(held, 1), half = Figures(half), nine_tenths = Figures(most) }));
        return 0;
    }

    private static bool Holds(Load load) => load is { Refused: 0, Failed: 0 } && load.Percentile(0.99) <= LongestWait;

    private static object Figures(Load load) => new
    {
        rate = load.Rate,
        sent = load.Sent,
        refused = load.Refused,
        failed = load.Failed,
        p50_ms = load.Percentile(0.5),
        p95_ms = load.Percentile(0.95),
        p99_ms = load.Percentile(0.99),
    };
}
