using System.Collections.Concurrent;
using System.Globalization;
using System.Xml.Linq;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Stores;

/// <summary>
/// One bucket as Amazon S3's interface has it (API Reference 2006-03-01: PutObject, GetObject, DeleteObject, ListObjectsV2), in memory, on this machine.
/// </summary>
internal sealed class BucketServer : IAsyncDisposable
{
    public const string Bucket = "pets";

    private static readonly XNamespace s_namespace = "http://s3.amazonaws.com/doc/2006-03-01/";
    private readonly WebApplication _app;
    private int _failures;

    private BucketServer(WebApplication app) => _app = app;

    /// <summary>Such as "http://127.0.0.1:40000".</summary>
    public Uri Address => new(_app.Urls.Single());

    public ConcurrentDictionary<string, byte[]> Files { get; } = new(StringComparer.Ordinal);

    /// <summary>Names on a page of a list.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>Every write, in order.</summary>
    public ConcurrentQueue<string> Writes { get; } = [];

    public static async Task<BucketServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0").ConfigureKestrel(options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        var server = new BucketServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    /// <summary>Answers so many requests with "Slow Down" (503).</summary>
    public void Fail(int requests) => _failures = requests;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        if (Interlocked.Decrement(ref _failures) >= 0)
        {
            await ErrorAsync(context, StatusCodes.Status503ServiceUnavailable, "SlowDown");
            return;
        }
        var path = Uri.UnescapeDataString(context.Request.Path.Value!).TrimStart('/').Split('/', 2);
        var name = path.Length > 1 ? path[1] : "";
        if (path[0] != Bucket)
            await ErrorAsync(context, StatusCodes.Status404NotFound, "NoSuchBucket");
        else if (name.Length == 0)
            await ListAsync(context);
        else if (HttpMethods.IsPut(context.Request.Method))
            await PutAsync(context, name);
        else if (HttpMethods.IsDelete(context.Request.Method))
        {
            Files.TryRemove(name, out _);
            context.Response.StatusCode = StatusCodes.Status204NoContent;
        }
        else if (Files.TryGetValue(name, out var content))
            await context.Response.Body.WriteAsync(content);
        else
            await ErrorAsync(context, StatusCodes.Status404NotFound, "NoSuchKey");
    }

    private async Task PutAsync(HttpContext context, string name)
    {
        using var content = new MemoryStream();
        await context.Request.Body.CopyToAsync(content);
        if (context.Request.ContentLength != content.Length
            || context.Request.Headers.ContentEncoding.ToString().Contains("aws-chunked", StringComparison.Ordinal))
        {
            await ErrorAsync(context, StatusCodes.Status400BadRequest, "InvalidRequest");
            return;
        }
        Files[name] = content.ToArray();
        Writes.Enqueue(name);
        context.Response.Headers.ETag = "\"1\"";
    }

    private Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var after = query["continuation-token"].ToString();
        var names = Files.Keys.Where(name => name.StartsWith(query["prefix"].ToString(), StringComparison.Ordinal)
            && string.CompareOrdinal(name, after) > 0).Order(StringComparer.Ordinal).ToArray();
        var page = names.Take(PageSize).ToArray();
        var answer = new XElement(s_namespace + "ListBucketResult", new XElement(s_namespace + "Name", Bucket),
            new XElement(s_namespace + "KeyCount", page.Length), new XElement(s_namespace + "IsTruncated", names.Length > page.Length),
            names.Length > page.Length ? new XElement(s_namespace + "NextContinuationToken", page[^1]) : null,
            page.Select(name => new XElement(s_namespace + "Contents", new XElement(s_namespace + "Key", name),
                new XElement(s_namespace + "Size", Files.TryGetValue(name, out var content) ? content.Length.ToString(CultureInfo.InvariantCulture) : "0"))));
        return WriteAsync(context, answer);
    }

    private static Task ErrorAsync(HttpContext context, int status, string code)
    {
        context.Response.StatusCode = status;
        return WriteAsync(context, new XElement("Error", new XElement("Code", code), new XElement("Message", $"The answer is {code}.")));
    }

    private static Task WriteAsync(HttpContext context, XElement answer)
    {
        context.Response.ContentType = "application/xml";
        return context.Response.WriteAsync(answer.ToString());
    }
}
