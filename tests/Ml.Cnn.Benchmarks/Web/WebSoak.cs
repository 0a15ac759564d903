using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Ml.Cnn.Benchmarks.Web;

/// <summary>
/// Whether the web service bears what a public service gets for a long time: no wrong answer, no crash, no growth, and ten newer models meanwhile.
/// </summary>
internal sealed class WebSoak(Uri address, int serverId, string modelPath, IReadOnlyList<string> models, double minutes, int seed, string[] only)
{
    private const int Swaps = 10;
    private const double MostGrowth = 1.05;

    private readonly ConcurrentDictionary<string, int> _counts = new();
    private readonly ConcurrentDictionary<string, int> _wrong = new();
    private readonly List<(double Minute, double Mebibytes)> _resident = [];
    private readonly TimeSpan _duration = TimeSpan.FromMinutes(minutes);
    private readonly long _start = Stopwatch.GetTimestamp();

    public async Task<int> RunAsync()
    {
        Console.Error.WriteLine($"seed {seed}");
        using var requests = new SoakRequests(address);
        Task[] clients =
        [
            .. Enumerable.Range(0, 3).Select(i => RepeatAsync(requests.Good, i, pause: only.Length > 0 ? 0 : 20)),
            .. Enumerable.Range(3, 3).Select(i => RepeatAsync(requests.Bad, i, pause: only.Length > 0 ? 0 : 30)),
            .. Enumerable.Range(6, 3).Select(i => RepeatAsync([("slow upload", requests.SendSlowlyAsync)], i, pause: 500)),
            RepeatAsync([("aborted", requests.AbortAsync)], 9, pause: 50),
            WatchAsync(),
        ];
        var reloads = await SwapAsync(requests);
        await Task.WhenAll(clients);
        return Report(reloads);
    }

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    // Of some kinds alone, as fast as they go: to find which one costs memory.
    private async Task RepeatAsync((string Name, Func<Random, Task<string?>> Send)[] kinds, int client, int pause)
    {
        if (only.Length > 0)
            kinds = [.. kinds.Where(kind => only.Contains(kind.Name))];
        if (kinds.Length == 0)
            return;
        var random = new Random(seed + client);
        while (Elapsed < _duration)
        {
            var (name, send) = kinds[random.Next(kinds.Length)];
            string? wrong;
            try
            {
                wrong = await send(random);
            }
            catch (Exception e) // no answer at all
            {
                wrong = e.Message;
            }
            _counts.AddOrUpdate(name, 1, (_, count) => count + 1);
            if (wrong is not null && _wrong.AddOrUpdate(name, 1, (_, count) => count + 1) <= 5)
                Console.Error.WriteLine($"{name}: {wrong}");
            await Task.Delay(random.Next(2 * pause));
        }
    }

    private async Task<int> SwapAsync(SoakRequests requests)
    {
        for (var swap = 1; swap <= Swaps; swap++)
        {
            await Task.Delay(_duration / (Swaps + 1));
            File.Copy(models[swap % models.Count], modelPath + ".new");
            File.Move(modelPath + ".new", modelPath, overwrite: true);
        }
        await Task.Delay(_duration / (Swaps + 1));
        return (await requests.ReadyAsync()).GetProperty("checks").GetProperty("cnn-predictor").GetProperty("data").GetProperty("reloads").GetInt32();
    }

    private async Task WatchAsync()
    {
        for (var told = 0.0; Elapsed < _duration; await Task.Delay(2000))
        {
            var resident = File.ReadLines($"/proc/{serverId.ToString(CultureInfo.InvariantCulture)}/status")
                .First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
            _resident.Add((Elapsed.TotalMinutes, double.Parse(resident, CultureInfo.InvariantCulture) / 1024));
            if (Elapsed.TotalMinutes < told)
                continue;
            told += Math.Max(0.25, minutes / 40);
            Console.Error.WriteLine(FormattableString.Invariant(
                $"minute {Elapsed.TotalMinutes:0.0}: {_resident[^1].Mebibytes:0} MiB, {_counts.Values.Sum()} requests"));
        }
    }

    // Memory is compared from the fifth minute on, or from half of a shorter run.
    private int Report(int reloads)
    {
        var from = Math.Min(5, minutes / 2);
        var part = (minutes - from) / 4;
        var (first, last) = (Mean(from, from + part), Mean(minutes - part, minutes));
        var passes = _wrong.IsEmpty && reloads == Swaps && last <= first * MostGrowth;
        Console.WriteLine(JsonSerializer.Serialize(new
        {
            passes,
            minutes,
            requests = _counts.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(),
            wrong = _wrong.ToDictionary(),
            reloads,
            resident_mib = new
            {
                first = Math.Round(first),
                last = Math.Round(last),
                growth = Math.Round(last / first, 3),
                peak = Math.Round(_resident.Max(each => each.Mebibytes)),
            },
        }));
        return passes ? 0 : 1;
    }

    private double Mean(double from, double to) => _resident.Where(each => each.Minute >= from && each.Minute <= to).Average(each => each.Mebibytes);
}
