using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>What the sample does not answer it refuses with a status, a reason and a code, as RFC 9457 has it.</summary>
[TestClass]
public sealed class RefusalTests
{
    /// <summary>Protects from uploads that are no images, or are hostile: nothing of it reaches the network, and clients learn why.</summary>
    [TestMethod]
    public async Task What_is_no_image_is_refused()
    {
        await using var api = await RunningWebApi.StartAsync("Limits:MaximumBytes=200000");
        await RefusedAsync(400, "no-image", api.PostAsync([]));
        await RefusedAsync(400, "no-image", api.Client.PostAsync("/predict", new MultipartFormDataContent { { new StringContent("text"), "field" } }));
        await RefusedAsync(400, "bad-form", api.PostAsync("--x\r\nContent-Disp"u8.ToArray(), "multipart/form-data; boundary=x"));
        await RefusedAsync(400, "bad-form", api.PostAsync("--x--"u8.ToArray(), "multipart/form-data"));
        await RefusedAsync(400, "no-image", api.PostFormAsync("/predict", ("empty.png", [])));
        await RefusedAsync(415, "unsupported-type", api.PostAsync(TestModels.Digits[0], "application/octet-stream"));
        await RefusedAsync(415, "unsupported-type", api.PostAsync(TestModels.Digits[0], "application/x-www-form-urlencoded"));
        await RefusedAsync(415, "unsupported-type", api.Client.PostAsync("/predict", new ByteArrayContent(TestModels.Digits[0])));
        await RefusedAsync(415, "not-an-image", api.PostAsync("<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), "image/svg+xml"));
        await RefusedAsync(415, "not-an-image", api.PostAsync("II*\0\0\0\0\0"u8.ToArray(), "image/tiff"));
        await RefusedAsync(422, "bad-image", api.PostAsync(TestModels.Digits[0][..100]));
        await RefusedAsync(422, "bad-image", api.PostAsync(TestModels.Digits[0][..20]));

        var bomb = BadImages.Blank(8000, 8000); // in 62 kB
        Assert.IsLessThan(200_000, bomb.Length);
        StringAssert.Contains(await RefusedAsync(422, "too-many-pixels", api.PostAsync(bomb)), "8000 × 8000");
        StringAssert.Contains(await RefusedAsync(422, "too-many-pixels", api.PostAsync(Claiming(bomb, 1_000_000, 1_000_000))), "1000000 × 1000000");
        await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[0])); // it goes on
    }

    /// <summary>Protects memory: a body that is too large is refused, whether its length is announced or not, as a body or in a form.</summary>
    [TestMethod]
    public async Task What_is_too_large_is_refused()
    {
        await using var api = await RunningWebApi.StartAsync("Limits:MaximumBytes=100000", "Limits:MaximumBatchBytes=250000", "Limits:MaximumBatchImages=3");
        await RefusedAsync(413, "too-many-bytes", api.PostAsync(new byte[100_001]));
        for (var i = 0; i < 20; i++) // the client is still sending when the answer comes, and must see it all the same
            await RefusedAsync(413, "too-many-bytes", api.PostAsync(new byte[5_000_000]));
        await RefusedAsync(413, "too-many-bytes", api.Client.PostAsync("/predict",
            new StreamContent(new Endless(1_000_000)) { Headers = { ContentType = new("image/png") } }));
        await RefusedAsync(413, "too-many-bytes", api.PostFormAsync("/predict", ("large.png", new byte[100_001])));
        await RefusedAsync(400, "bad-form", api.Client.PostAsync("/predict", new MultipartFormDataContent
        {
            { new StreamContent(new Endless(1_000_000)), "field" },
        }));
        await RefusedAsync(413, "too-many-images", api.PostFormAsync("/predict", ("0.png", TestModels.Digits[0]), ("1.png", TestModels.Digits[1])));
        await RefusedAsync(413, "too-many-images", api.PostFormAsync("/predict/batch", [.. TestModels.Digits.Take(4).Select(digit => ("x.png", digit))]));
        await RefusedAsync(413, "too-many-bytes", api.PostFormAsync("/predict/batch", [.. Enumerable.Repeat(("x.png", new byte[99_999]), 4)]));
        await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[0]));
    }

    /// <summary>Protects from clients that hold connections by sending little: by the rate, and by the whole time.</summary>
    [TestMethod]
    [DataRow("Limits:UploadTimeout=00:00:01")]
    [DataRow("Limits:UploadGracePeriod=00:00:01.2")]
    public async Task A_slow_upload_is_refused(string limit)
    {
        await using var api = await RunningWebApi.StartAsync(limit);
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, api.Address.Port);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 5000\r\n\r\nabc"u8.ToArray());
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromMinutes(1));
        Assert.StartsWith("HTTP/1.1 408 ", answer);
        Assert.Contains("\"code\":\"slow-upload\"", answer);
        Assert.Contains("Content-Type: application/problem+json", answer);
        await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[0]));
    }

    /// <summary>Protects the others from a client that asks too often, and tells it when to ask again.</summary>
    [TestMethod]
    public async Task A_client_that_asks_too_often_is_refused()
    {
        await using var api = await RunningWebApi.StartAsync("Limits:Burst=3", "Limits:RequestsPerSecond=1");
        var responses = new List<HttpResponseMessage>();
        for (var i = 0; i < 12; i++)
            responses.Add(await api.PostAsync(TestModels.Digits[0]));
        Assert.IsTrue(responses.Take(3).All(response => response.StatusCode == HttpStatusCode.OK));
        var refused = responses.First(response => response.StatusCode != HttpStatusCode.OK);
        var wait = refused.Headers.RetryAfter!.Delta!.Value;
        Assert.IsTrue(wait >= TimeSpan.FromSeconds(1) && wait <= TimeSpan.FromSeconds(10), $"{wait}");
        await RefusedAsync(429, "too-many-requests", Task.FromResult(refused));
        Assert.AreEqual(HttpStatusCode.OK, (await api.Client.GetAsync("/model")).StatusCode, "the page itself is not refused");
        await Wait.Until(() => api.PostAsync(TestModels.Digits[0]).GetAwaiter().GetResult().StatusCode == HttpStatusCode.OK, "the client may ask again");
    }

    /// <summary>Protects a service under load: what it cannot take, it refuses at once with a word on when to try again, and goes on.</summary>
    [TestMethod]
    public async Task A_service_that_is_busy_refuses()
    {
        await using var api = await RunningWebApi.StartAsync("Predictor:Predictor:Concurrency=1", "Predictor:Predictor:MaximumQueueLength=2",
            "Predictor:Predictor:QueueTimeout=00:05:00", "Limits:MaximumRequests=3");
        var predictor = api.Service.Predictor;
        predictor.Batcher.Enter(); // the network is at work
        Task<HttpResponseMessage>[] waiting = [api.PostAsync(TestModels.Digits[0]), api.PostAsync(TestModels.Digits[1])];
        await Wait.Until(() => predictor.QueueLength == 2, "two requests wait");
        var busy = await api.PostAsync(TestModels.Digits[2]);
        Assert.AreEqual(TimeSpan.FromSeconds(1), busy.Headers.RetryAfter!.Delta);
        StringAssert.Contains(await RefusedAsync(503, "busy", Task.FromResult(busy)), "MaximumQueueLength");
        var ready = await RunningWebApi.JsonAsync(await api.Client.GetAsync("/health/ready"));
        Assert.AreEqual("Degraded", ready.GetProperty("status").GetString());

        var third = api.Client.PostAsync("/predict/batch", RunningWebApi.Body(TestModels.Digits[3], "image/png")); // waits outside of the queue
        await Wait.Until(() => Reason().Contains("at once", StringComparison.Ordinal), "as many requests are there as may be");
        predictor.Batcher.Leave();
        foreach (var request in (Task<HttpResponseMessage>[])[.. waiting, third])
            await RunningWebApi.JsonAsync(await request);
        await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[0]));

        string Reason() => RefusedAsync(503, "busy", api.PostAsync(TestModels.Digits[4])).GetAwaiter().GetResult();
    }

    /// <summary>Protects from waits without end: a network that is not free in time is told as a busy service.</summary>
    [TestMethod]
    public async Task A_wait_that_is_too_long_is_refused()
    {
        await using var api = await RunningWebApi.StartAsync("Predictor:Predictor:Concurrency=1", "Predictor:Predictor:QueueTimeout=00:00:00.1");
        api.Service.Predictor.Batcher.Enter();
        StringAssert.Contains(await RefusedAsync(503, "busy", api.PostAsync(TestModels.Digits[0])), "QueueTimeout");
        await RefusedAsync(503, "busy", api.PostFormAsync("/predict/batch", ("0.png", TestModels.Digits[0])));
        api.Service.Predictor.Batcher.Leave();
    }

    /// <summary>Protects orchestration: a service without a model lives, is not ready, and refuses until it has one.</summary>
    [TestMethod]
    public async Task A_service_without_a_model_is_not_ready()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "model.zip");
        await using var api = await RunningWebApi.StartAsync($"Predictor:ModelPath={path}", "Predictor:WaitForModel=true");
        Assert.AreEqual("Healthy", await api.Client.GetStringAsync("/health/live"));
        var ready = await api.Client.GetAsync("/health/ready");
        Assert.AreEqual(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Contains("does not exist", await ready.Content.ReadAsStringAsync());
        await RefusedAsync(503, "no-model", api.PostAsync(TestModels.Digits[0]));
        await RefusedAsync(503, "no-model", api.Client.GetAsync("/model"));
        TestModels.Replace(path, TestModels.First);
        await Wait.Until(() => api.Client.GetAsync("/health/ready").GetAwaiter().GetResult().IsSuccessStatusCode, "it is ready");
        await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[0]));
    }

    /// <summary>Protects clients from guessing: addresses and methods that there are not are told as the rest, and "type" leads to an explanation.</summary>
    [TestMethod]
    public async Task Other_addresses_are_refused_in_the_same_form()
    {
        await using var api = await RunningWebApi.StartAsync();
        await RefusedAsync(404, "not-found", api.Client.GetAsync("/nothing"));
        await RefusedAsync(404, "not-found", api.Client.GetAsync("/examples/11.png"));
        await RefusedAsync(405, "method-not-allowed", api.Client.GetAsync("/predict"));
        var explained = await RunningWebApi.JsonAsync(await api.Client.GetAsync("/problems/too-many-pixels"));
        Assert.AreEqual(422, explained.GetProperty("status").GetInt32());
    }

    /// <summary>Protects from settings that mean nothing: the service does not start, and names them.</summary>
    [TestMethod]
    public async Task Limits_are_checked_when_the_service_starts()
    {
        foreach (var name in (string[])["MaximumBytes", "MaximumPixels", "MaximumBatchImages", "Burst", "MaximumRequests", "UploadBytesPerSecond"])
        {
            var error = await Assert.ThrowsAsync<Exception>(() => RunningWebApi.StartAsync($"Limits:{name}=-1"));
            Assert.Contains(name, error.Message);
        }
    }

    // The detail.
    private static async Task<string> RefusedAsync(int status, string code, Task<HttpResponseMessage> request)
    {
        var response = await request;
        var text = await response.Content.ReadAsStringAsync();
        Assert.AreEqual(status, (int)response.StatusCode, text);
        Assert.AreEqual("application/problem+json", response.Content.Headers.ContentType?.MediaType, text);
        var problem = JsonSerializer.Deserialize<JsonElement>(text);
        Assert.AreEqual(status, problem.GetProperty("status").GetInt32());
        Assert.AreEqual(code, problem.GetProperty("code").GetString());
        Assert.AreEqual("/problems/" + code, problem.GetProperty("type").GetString());
        Assert.AreNotEqual("", problem.GetProperty("title").GetString());
        Assert.IsTrue(response.Headers.Contains("Content-Security-Policy"));
        Assert.AreEqual(status is 429 or 503, response.Headers.RetryAfter is not null);
        return problem.TryGetProperty("detail", out var detail) ? detail.GetString()! : "";
    }

    // A PNG whose header names another size.
    private static byte[] Claiming(byte[] png, uint width, uint height)
    {
        var claiming = (byte[])png.Clone();
        BinaryPrimitives.WriteUInt32BigEndian(claiming.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(claiming.AsSpan(20), height);
        PngChecksums.Repair(claiming);
        return claiming;
    }

    /// <summary>Bytes whose number is not known beforehand.</summary>
    private sealed class Endless(long bytes) : Stream
    {
        private long _left = bytes;

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            var read = (int)Math.Min(_left, count);
            _left -= read;
            return read;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
