using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>The sample begins and ends as its users expect.</summary>
[TestClass]
public sealed class LifetimeTests
{
    /// <summary>Protects the first minute with the sample: one command, no files, and a model that reads digits; and whoever looks for its traces.</summary>
    [TestMethod]
    public async Task It_trains_a_model_if_there_is_none_and_tells_its_traces_and_metrics()
    {
        using var folder = new TemporaryFolder();
        using var process = new WebApiProcess(folder.Path, "Telemetry:Console=true");
        using var client = new HttpClient { BaseAddress = await process.AddressAsync() };
        Assert.Contains("a model of digits is trained", process.Output);
        Assert.IsTrue(File.Exists(Path.Join(folder.Path, "model.zip")));
        Assert.Contains("<h1>What is in the image?</h1>", await client.GetStringAsync("/"));

        var right = 0;
        foreach (var digit in Enumerable.Range(0, 10))
        {
            var image = await client.GetByteArrayAsync($"/examples/{digit}.png");
            var answer = await RunningWebApi.JsonAsync(await client.PostAsync("/predict", RunningWebApi.Body(image, "image/png")));
            right += answer.GetProperty("label").GetString() == $"{digit}" ? 1 : 0;
        }
        Assert.IsGreaterThanOrEqualTo(9, right);

        process.Terminate();
        Assert.AreEqual(0, await process.ExitCodeAsync(), process.Output);
        foreach (var name in (string[])["requests", "queue.duration", "batch.size", "decode.duration", "network.duration"])
            Assert.Contains($"mlcnn.predictor.{name}", process.Output);
        Assert.Contains("Activity.DisplayName:        predict", process.Output);
        Assert.Contains("http.server.request.duration", process.Output);
    }

    /// <summary>Protects clients during a deployment: a request that has begun when the service is told to end is answered.</summary>
    [TestMethod]
    public async Task A_request_in_flight_is_answered_while_the_service_ends()
    {
        using var folder = new TemporaryFolder();
        folder.Write("model.zip", TestModels.First);
        using var process = new WebApiProcess(folder.Path);
        var address = await process.AddressAsync();
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, address.Port);
        var stream = client.GetStream();
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var image = TestModels.Digits[0];
        await stream.WriteAsync(Encoding.ASCII.GetBytes("POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\n"
            + FormattableString.Invariant($"Content-Length: {image.Length}\r\nExpect: 100-continue\r\n\r\n")));
        Assert.AreEqual("HTTP/1.1 100 Continue", await reader.ReadLineAsync()); // the image is awaited
        await stream.WriteAsync(image.AsMemory(0, 100));

        process.Terminate();
        await Wait.Until(() => process.Output.Contains("Application is shutting down", StringComparison.Ordinal), "the service is ending");
        await stream.WriteAsync(image.AsMemory(100));
        var answer = await reader.ReadToEndAsync();
        Assert.Contains("HTTP/1.1 200 OK", answer);
        Assert.Contains("\"label\":", answer);
        Assert.AreEqual(0, await process.ExitCodeAsync(), process.Output);
    }

    /// <summary>Protects browsers and clients from each other's content: the page's policy allows nothing from elsewhere, and it needs nothing.</summary>
    [TestMethod]
    public async Task The_page_is_complete_in_itself()
    {
        await using var api = await RunningWebApi.StartAsync();
        foreach (var (address, type) in (ReadOnlySpan<(string, string)>)[("/", "text/html"), ("/app.css", "text/css"), ("/app.js", "text/javascript"),
            ("/icon.svg", "image/svg+xml")])
        {
            var response = api.Client.GetAsync(address).GetAwaiter().GetResult();
            Assert.AreEqual(HttpStatusCode.OK, response.StatusCode, address);
            Assert.AreEqual(type, response.Content.Headers.ContentType!.MediaType);
            var content = response.Content.ReadAsStringAsync().GetAwaiter().GetResult().Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal);
            Assert.DoesNotContain("://", content, $"{address} names another server");
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.StartsWith("default-src 'none'; script-src 'self'; style-src 'self';", policy);
            Assert.AreEqual("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
            Assert.IsFalse(response.Headers.Contains("Server"));
        }
    }
}
