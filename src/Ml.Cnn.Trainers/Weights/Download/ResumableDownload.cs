using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>Brings one file here, in as many pieces as the connection takes (RFC 9110, section 14: ranges).</summary>
internal sealed class ResumableDownload(PretrainedWeights weights, WeightsCache cache)
{
    private const int MaximumFailures = 5; // in a row, without a byte between them
    private const int PieceBytes = 1 << 17;
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(30);

    private readonly Uri _address = cache.AddressOf(weights);

    // No weights are twice as long as their tensors; a server may send what it likes.
    private readonly long _maximumBytes = 2 * weights.TensorBytes + (64L << 20);

    /// <summary>Downloads to a file beside the target, and moves it there once its hash is right.</summary>
    public async Task RunAsync(string path, IProgress<WeightsProgress>? progress, CancellationToken cancellationToken)
    {
        var part = path + ".part";
        var handler = new SocketsHttpHandler { ConnectTimeout = cache.Patience, AutomaticDecompression = DecompressionMethods.None };
        using var client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
        client.DefaultRequestHeaders.UserAgent.Add(new("mlcnn", "0.1"));

        var resumed = File.Exists(part);
        if (!resumed || !IsRight(part)) // else only its name was missing
            await ReceiveAllAsync(client, part, progress, cancellationToken).ConfigureAwait(false);
        if (resumed && !IsRight(part)) // the beginning may be that of another file
        {
            Delete(part);
            await ReceiveAllAsync(client, part, progress, cancellationToken).ConfigureAwait(false);
        }
        if (!IsRight(part))
        {
            var hash = WeightsCache.Sha256Of(part)[..weights.Sha256Prefix.Length];
            Delete(part);
            throw Failure($"its SHA-256 begins with {hash} instead of {weights.Sha256Prefix}: the server has another file under this address", null);
        }
        File.Move(part, path, overwrite: true);
        File.Delete(TagOf(part));
    }

    private async Task ReceiveAllAsync(HttpClient client, string part, IProgress<WeightsProgress>? progress, CancellationToken cancellationToken)
    {
        for (var failures = 0; ;)
        {
            var before = LengthOf(part);
            var (isComplete, problem, pause) = await TryReceiveAsync(client, part, progress, cancellationToken).ConfigureAwait(false);
            if (isComplete)
                return;
            failures = LengthOf(part) > before ? 1 : failures + 1;
            if (failures == MaximumFailures)
                throw Failure(problem?.Message ?? "the server gives no answer of use", problem);
            pause ??= cache.FirstPause * Math.Pow(2, failures - 1);
            await Task.Delay(pause < s_longestPause ? pause.Value : s_longestPause, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>One request. Tells what kept it from the file's end, and how long the server asks to be left alone.</summary>
    private async Task<(bool IsComplete, Exception? Problem, TimeSpan? Pause)> TryReceiveAsync(HttpClient client, string part,
        IProgress<WeightsProgress>? progress, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(cache.Patience);
        try
        {
            var start = LengthOf(part);
            using var request = Request(part, start);
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token).ConfigureAwait(false);
            if (response.StatusCode == HttpStatusCode.RequestedRangeNotSatisfiable && start > 0)
            {
                Delete(part); // longer than the file
                return (false, new HttpRequestException("the server has no more bytes than are here already, and they are wrong"), TimeSpan.Zero);
            }
            if (!response.IsSuccessStatusCode)
                return IsTransient(response.StatusCode)
                    ? (false, Answer(response), response.Headers.RetryAfter?.Delta) : throw Failure(Answer(response).Message, null);
            await ReceiveAsync(response, part, start, progress, patience).ConfigureAwait(false);
            return (true, null, null);
        }
        catch (Exception exception) when (exception is HttpRequestException or HttpIOException)
        {
            return (false, exception, null);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (false, new HttpRequestException($"the server was silent for {cache.Patience.TotalSeconds.ToString(CultureInfo.InvariantCulture)} seconds",
                exception), null);
        }
    }

    private HttpRequestMessage Request(string part, long start)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, _address);
        if (start > 0)
        {
            request.Headers.Range = new RangeHeaderValue(start, null);
            if (File.Exists(TagOf(part)) && EntityTagHeaderValue.TryParse(File.ReadAllText(TagOf(part)), out var tag))
                request.Headers.IfRange = new(tag); // a file that has changed comes whole
        }
        return request;
    }

    private async Task ReceiveAsync(HttpResponseMessage response, string part, long start, IProgress<WeightsProgress>? progress,
        CancellationTokenSource patience)
    {
        var range = response.Content.Headers.ContentRange;
        var goesOn = response.StatusCode == HttpStatusCode.PartialContent && range?.From == start;
        if (response.StatusCode == HttpStatusCode.PartialContent && !goesOn)
        {
            Delete(part);
            throw new HttpRequestException("the server sent another part of the file than was asked for");
        }
        if (response.Headers.ETag is { IsWeak: false } tag)
            await File.WriteAllTextAsync(TagOf(part), tag.ToString(), patience.Token).ConfigureAwait(false);
        else
            File.Delete(TagOf(part));

        await using var file = new FileStream(part, goesOn ? FileMode.Append : FileMode.Create, FileAccess.Write, FileShare.Read);
        var total = goesOn ? range!.Length : response.Content.Headers.ContentLength;
        var received = goesOn ? start : 0;
        using var body = await response.Content.ReadAsStreamAsync(patience.Token).ConfigureAwait(false);
        var piece = new byte[PieceBytes];
        while (await ReadAsync(body, piece, patience.Token).ConfigureAwait(false) is > 0 and var count)
        {
            patience.CancelAfter(cache.Patience);
            received += count;
            if (received > _maximumBytes)
            {
                await file.DisposeAsync().ConfigureAwait(false);
                Delete(part);
                throw Failure($"the server sends more than {_maximumBytes} bytes, which {weights.Name} cannot have", null);
            }
            await file.WriteAsync(piece.AsMemory(0, count), patience.Token).ConfigureAwait(false);
            progress?.Report(new(received, total));
        }
        if (received < total)
            throw new HttpRequestException($"the connection ended after {received} of {total} bytes");
        file.Flush(flushToDisk: true);
    }

    // A broken connection is an IOException, as a full disk is: only the first is worth another try.
    private static async Task<int> ReadAsync(Stream body, byte[] piece, CancellationToken cancellationToken)
    {
        try
        {
            return await body.ReadAsync(piece, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new HttpRequestException(exception.Message, exception);
        }
    }

    private static bool IsTransient(HttpStatusCode status) =>
        status is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError;

    private static HttpRequestException Answer(HttpResponseMessage response) =>
        new($"the server answers {((int)response.StatusCode).ToString(CultureInfo.InvariantCulture)} {response.ReasonPhrase}".TrimEnd());

    private bool IsRight(string part) => cache.Verify(weights, part);

    private WeightsDownloadException Failure(string reason, Exception? exception) => new(
        $"{weights.Name} cannot be downloaded from {_address}: {reason.TrimEnd('.')}. "
        + $"Without a network, put the file {weights.FileName} into the folder '{cache.Folder}' "
        + $"({WeightsCache.FolderVariable} names another one), or give its path; {WeightsCache.MirrorVariable} names a mirror.", exception);

    private static string TagOf(string part) => part + ".etag";

    private static long LengthOf(string part) => File.Exists(part) ? new FileInfo(part).Length : 0;

    private static void Delete(string part)
    {
        File.Delete(part);
        File.Delete(TagOf(part));
    }
}
