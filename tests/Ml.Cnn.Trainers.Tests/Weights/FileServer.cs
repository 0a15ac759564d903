using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>A web server on the loopback address with one file, that can be told to misbehave.</summary>
internal sealed class FileServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public FileServer(byte[] content)
    {
        Content = content;
        _listener.Start();
        _running = RunAsync();
    }

    public byte[] Content { get; set; }

    public string ETag { get; set; } = "\"1\"";

    public bool HasRanges { get; set; } = true;

    /// <summary>What the next requests are answered with; "200" behind the last.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    /// <summary>How many bytes of the body the next answers end after, without a word.</summary>
    public ConcurrentQueue<int> Cuts { get; } = new();

    /// <summary>Whether the body waits for ever behind its first bytes.</summary>
    public bool Stalls { get; set; }

    /// <summary>The requests' first lines and Range headers.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/models/");

    public void Dispose()
    {
        _stop.Cancel();
        _listener.Dispose();
        _running.GetAwaiter().GetResult();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                var client = await _listener.AcceptTcpClientAsync(_stop.Token);
                _ = ServeAsync(client);
            }
            catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
            {
                return;
            }
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        try
        {
            using var _ = client;
            await using var stream = client.GetStream();
            var lines = await ReadHeadAsync(stream);
            var range = Header(lines, "Range");
            Requests.Enqueue($"{lines[0]} {range}".Trim());
            var status = Answers.TryDequeue(out var wanted) ? wanted : 200;
            await AnswerAsync(stream, status, range, Header(lines, "If-Range"));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The client went away, or the test is over.
        }
    }

    private async Task AnswerAsync(NetworkStream stream, int status, string? range, string? condition)
    {
        if (status != 200)
        {
            await WriteAsync(stream, $"HTTP/1.1 {status.ToString(CultureInfo.InvariantCulture)} No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        var start = range is not null && HasRanges && (condition is null || condition == ETag)
            ? int.Parse(range.AsSpan("bytes=".Length).TrimEnd('-'), CultureInfo.InvariantCulture) : 0;
        if (start > 0 && start >= Content.Length)
        {
            await WriteAsync(stream, "HTTP/1.1 416 Range Not Satisfiable\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            return;
        }
        var body = Content.AsMemory(start);
        await WriteAsync(stream, (start > 0
            ? FormattableString.Invariant($"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes {start}-{Content.Length - 1}/{Content.Length}\r\n")
                : "HTTP/1.1 200 OK\r\n")
            + FormattableString.Invariant($"ETag: {ETag}\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        if (Cuts.TryDequeue(out var cut))
            body = body[..Math.Min(cut, body.Length)];
        if (Stalls)
        {
            await stream.WriteAsync(body[..100], _stop.Token);
            await Task.Delay(Timeout.Infinite, _stop.Token);
        }
        await stream.WriteAsync(body, _stop.Token);
    }

    private static async Task<string[]> ReadHeadAsync(NetworkStream stream)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await stream.ReadAsync(one) > 0)
            head.Append((char)one[0]);
        return head.ToString().Split("\r\n");
    }

    private static string? Header(string[] lines, string name) =>
        lines.FirstOrDefault(line => line.StartsWith(name + ": ", StringComparison.OrdinalIgnoreCase))?[(name.Length + 2)..];

    private async Task WriteAsync(NetworkStream stream, string text) => await stream.WriteAsync(Encoding.ASCII.GetBytes(text), _stop.Token);
}
