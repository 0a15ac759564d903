using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;

namespace Ml.Cnn.Benchmarks.Web;

/// <summary>What a load came to.</summary>
/// <param name="Rate">Requests that were sent a second.</param>
/// <param name="Sent">How many in all.</param>
/// <param name="Refused">Of these, answers other than 200.</param>
/// <param name="Failed">Of these, without an answer.</param>
/// <param name="Milliseconds">From the moment at which a request was due to its answer, shortest first; of those that were answered with 200.</param>
internal sealed record Load(double Rate, int Sent, int Refused, int Failed, double[] Milliseconds)
{
    public double Percentile(double share) => Milliseconds.Length == 0
        ? double.NaN
        : Math.Round(Milliseconds[(int)Math.Min(Milliseconds.Length - 1, share * Milliseconds.Length)], 1);
}

/// <summary>
/// Sends requests at a fixed rate, whether or not those before are answered, as many independent clients do. A slow server is not spared, and the wait of
/// requests that should have been sent counts.
/// </summary>
internal sealed class OpenLoop(Uri address, byte[] image) : IDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 2000 })
    {
        BaseAddress = address,
        Timeout = TimeSpan.FromSeconds(30),
    };
    private int _refused;
    private int _failed;

    public async Task<Load> RunAsync(double rate, double seconds)
    {
        (_refused, _failed) = (0, 0);
        var count = (int)(rate * seconds);
        var requests = new Task<double>[count];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < count; i++)
        {
            var due = start + (long)(i / rate * Stopwatch.Frequency);
            while (Stopwatch.GetTimestamp() < due)
                Thread.Sleep(1); // without spinning: the server needs the cores
            requests[i] = Task.Run(() => SendAsync(due));
        }
        var times = await Task.WhenAll(requests);
        return new(Math.Round(rate, 1), count, _refused, _failed, [.. times.Where(time => !double.IsNaN(time)).Order()]);
    }

    public void Dispose() => _client.Dispose();

    private async Task<double> SendAsync(long due)
    {
        try
        {
            using var body = new ByteArrayContent(image) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
            using var response = await _client.PostAsync("/predict", body);
            await response.Content.ReadAsByteArrayAsync();
            if (response.StatusCode == HttpStatusCode.OK)
                return Stopwatch.GetElapsedTime(due).TotalMilliseconds;
            Interlocked.Increment(ref _refused);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            Interlocked.Increment(ref _failed);
        }
        return double.NaN;
    }
}
