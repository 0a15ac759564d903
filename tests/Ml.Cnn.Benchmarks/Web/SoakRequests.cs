using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using MlCnn.Testing;
using SkiaSharp;

namespace Ml.Cnn.Benchmarks.Web;

/// <summary>Requests of all kinds that a public service gets, each of which knows what its answer must be.</summary>
internal sealed class SoakRequests : IDisposable
{
    private readonly Uri _address;
    private readonly HttpClient _client;
    private readonly byte[] _image = WebModels.Image(320, 240);
    private readonly byte[] _bomb = Blank(8000, 8000);
    private readonly byte[] _claiming;

    public SoakRequests(Uri address)
    {
        _address = address;
        _client = new(new SocketsHttpHandler { MaxConnectionsPerServer = 200 }) { BaseAddress = address, Timeout = TimeSpan.FromSeconds(60) };
        _claiming = (byte[])_bomb.Clone();
        BinaryPrimitives.WriteUInt32BigEndian(_claiming.AsSpan(16), 500_000);
        BinaryPrimitives.WriteUInt32BigEndian(_claiming.AsSpan(20), 500_000);
        PngChecksums.Repair(_claiming);
    }

    /// <summary>What every visitor may send, and must be answered whatever else goes on.</summary>
    public (string Name, Func<Random, Task<string?>> Send)[] Good =>
    [
        ("image", _ => PostAsync(_image, "image/jpeg", 200)),
        ("form", _ => PostFormAsync("/predict", 200, _image)),
        ("batch", _ => PostFormAsync("/predict/batch", 200, _image, _image[..500], _image)),
    ];

    /// <summary>What must be refused with a reason.</summary>
    public (string Name, Func<Random, Task<string?>> Send)[] Bad =>
    [
        ("cut short", random => PostAsync(_image[..random.Next(200, _image.Length - 200)], "image/jpeg", 422)),
        ("damaged", random => PostAsync(Damaged(random), "image/jpeg", 200, 415, 422)),
        ("bomb", _ => PostAsync(_bomb, "image/png", 422)),
        ("claims too much", _ => PostAsync(_claiming, "image/png", 422)),
        ("text as image", _ => PostAsync("no image"u8.ToArray(), "image/png", 415)),
        ("wrong type", _ => PostAsync(_image, "application/json", 415)),
        ("nothing", _ => PostAsync([], "image/png", 400)),
        ("broken form", _ => PostAsync("--x\r\nContent-"u8.ToArray(), "multipart/form-data; boundary=x", 400)),
        ("too large", _ => PostAsync(new byte[2_000_000], "image/png", 413)),
        ("too many", _ => PostFormAsync("/predict", 413, _image, _image)),
    ];

    /// <summary>An upload that hardly moves: refused after a while.</summary>
    public async Task<string?> SendSlowlyAsync(Random random)
    {
        using var client = await BeginAsync(random.Next(1, 100));
        using var reader = new StreamReader(client.GetStream(), Encoding.UTF8);
        var answer = await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        return answer.StartsWith("HTTP/1.1 408 ", StringComparison.Ordinal) && answer.Contains("\"code\":\"slow-upload\"", StringComparison.Ordinal)
            ? null
            : $"slow upload: {answer.Split('\r')[0]}";
    }

    /// <summary>A client that goes away in the middle of its upload. There is nobody to answer.</summary>
    public async Task<string?> AbortAsync(Random random)
    {
        using var client = await BeginAsync(random.Next(1, _image.Length));
        await Task.Delay(random.Next(50));
        client.LingerState = new(enable: true, seconds: 0); // a reset, not a farewell
        return null;
    }

    public async Task<JsonElement> ReadyAsync() => JsonSerializer.Deserialize<JsonElement>(await _client.GetStringAsync("/health/ready"));

    public void Dispose() => _client.Dispose();

    private async Task<TcpClient> BeginAsync(int bytes)
    {
        var client = new TcpClient();
        await client.ConnectAsync(_address.Host, _address.Port);
        var head = FormattableString.Invariant(
            $"POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\nContent-Length: {_image.Length}\r\n\r\n");
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(head));
        await client.GetStream().WriteAsync(_image.AsMemory(0, bytes));
        return client;
    }

    private Task<string?> PostAsync(byte[] bytes, string type, params int[] expected)
    {
        var body = new ByteArrayContent(bytes);
        body.Headers.TryAddWithoutValidation("Content-Type", type);
        return SendAsync("/predict", body, expected);
    }

    private Task<string?> PostFormAsync(string address, int expected, params byte[][] files)
    {
        var form = new MultipartFormDataContent();
        foreach (var file in files)
            form.Add(new ByteArrayContent(file) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } }, "images", "image.jpg");
        return SendAsync(address, form, expected);
    }

    // What was wrong with the answer; null if nothing.
    private async Task<string?> SendAsync(string address, HttpContent body, params int[] expected)
    {
        using (body)
        {
            using var response = await _client.PostAsync(address, body);
            var text = await response.Content.ReadAsStringAsync();
            if (!expected.Contains((int)response.StatusCode))
                return FormattableString.Invariant($"{(int)response.StatusCode} rather than {expected[0]}: {text}");
            var answer = JsonSerializer.Deserialize<JsonElement>(text);
            return response.StatusCode == HttpStatusCode.OK || (answer.GetProperty("code").GetString()!.Length > 0
                && answer.GetProperty("detail").GetString()!.Length > 0) ? null : $"a refusal without a reason: {text}";
        }
    }

    private byte[] Damaged(Random random)
    {
        var damaged = (byte[])_image.Clone();
        for (var i = random.Next(1, 30); i > 0; i--)
            damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
        return damaged;
    }

    private static byte[] Blank(int width, int height)
    {
        using var bitmap = new SKBitmap(width, height, SKColorType.Gray8, SKAlphaType.Opaque);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
