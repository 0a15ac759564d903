using System.Security.Cryptography;
using Ml.Cnn.Trainers.Weights;

namespace Ml.Cnn.Trainers.Tests.Weights;

/// <summary>Downloads from a server on this machine that does what servers do.</summary>
[TestClass]
public sealed class WeightsCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-cache").FullName;
    private readonly byte[] _content = new byte[300_000];
    private readonly FileServer _server;

    public WeightsCacheTests()
    {
        new Random(1).NextBytes(_content);
        _server = new(_content);
    }

    public void Dispose()
    {
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private PretrainedWeights Weights => PretrainedWeights.ResNet18ImageNet1KV1 with
    {
        Address = new(_server.Address, "tiny-1.pth"),
        Sha256Prefix = Convert.ToHexStringLower(SHA256.HashData(_content))[..8],
        TensorBytes = _content.Length,
    };

    private WeightsCache Cache => new(Path.Join(_folder, "new", "folder")) { FirstPause = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(20) };

    [TestMethod]
    public void A_download_reports_its_progress_and_happens_once()
    {
        var steps = new List<WeightsProgress>();
        var path = Cache.Get(Weights, new Recorder(steps));
        Assert.AreEqual(Path.Join(_folder, "new", "folder", "tiny-1.pth"), path);
        AssertContent(path);
        Assert.AreEqual(new(_content.Length, _content.Length), steps[^1]);
        CollectionAssert.AreEqual(steps.Select(step => step.Bytes).Order().ToArray(), steps.Select(step => step.Bytes).ToArray());
        Assert.IsTrue(Cache.Contains(Weights));
        Assert.AreEqual(path, Cache.Get(Weights));
        Assert.HasCount(1, _server.Requests);
        CollectionAssert.AreEquivalent(new[] { "tiny-1.pth", "tiny-1.pth.lock" }, Directory.GetFiles(Cache.Folder).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void A_broken_connection_is_taken_up_where_it_ended()
    {
        _server.Cuts.Enqueue(100_000);
        _server.Cuts.Enqueue(50_000);
        AssertContent(Cache.Get(Weights));
        CollectionAssert.AreEqual(new[] { "GET /models/tiny-1.pth HTTP/1.1", "GET /models/tiny-1.pth HTTP/1.1 bytes=100000-",
            "GET /models/tiny-1.pth HTTP/1.1 bytes=150000-" }, _server.Requests.ToArray());
    }

    [TestMethod]
    public void A_server_without_ranges_starts_over()
    {
        _server.HasRanges = false;
        _server.Cuts.Enqueue(100_000);
        AssertContent(Cache.Get(Weights));
        Assert.HasCount(2, _server.Requests);
    }

    [TestMethod]
    public void A_file_that_changed_between_two_pieces_comes_whole()
    {
        Directory.CreateDirectory(Cache.Folder);
        File.WriteAllBytes(Cache.PathOf(Weights) + ".part", new byte[1000]);
        File.WriteAllText(Cache.PathOf(Weights) + ".part.etag", "\"0\"");
        AssertContent(Cache.Get(Weights));
        Assert.HasCount(1, _server.Requests);
    }

    [TestMethod]
    [DataRow(1000, DisplayName = "another beginning")]
    [DataRow(300_000, DisplayName = "another whole")]
    [DataRow(400_000, DisplayName = "too long")]
    public void A_piece_of_another_file_is_thrown_away(int length)
    {
        Directory.CreateDirectory(Cache.Folder);
        File.WriteAllBytes(Cache.PathOf(Weights) + ".part", new byte[length]);
        AssertContent(Cache.Get(Weights));
        Assert.IsFalse(File.Exists(Cache.PathOf(Weights) + ".part"));
    }

    [TestMethod]
    public void A_whole_download_that_lacks_only_its_name_needs_no_server()
    {
        Directory.CreateDirectory(Cache.Folder);
        File.WriteAllBytes(Cache.PathOf(Weights) + ".part", _content);
        AssertContent(Cache.Get(Weights));
        Assert.IsEmpty(_server.Requests);
    }

    [TestMethod]
    public void A_busy_server_is_asked_again()
    {
        foreach (var status in (int[])[503, 500, 429])
            _server.Answers.Enqueue(status);
        AssertContent(Cache.Get(Weights));
        Assert.HasCount(4, _server.Requests);
    }

    [TestMethod]
    public void A_missing_file_is_not_asked_for_again_and_the_message_says_what_to_do()
    {
        _server.Answers.Enqueue(404);
        var failure = Assert.ThrowsExactly<WeightsDownloadException>(() => Cache.Get(Weights));
        Assert.HasCount(1, _server.Requests);
        foreach (var part in (string[])["404", Weights.Address.AbsoluteUri, "the file tiny-1.pth", Cache.Folder, "MLCNN_CACHE", "MLCNN_MIRROR"])
            Assert.Contains(part, failure.Message);
    }

    [TestMethod]
    public void A_server_that_never_recovers_ends_in_an_error()
    {
        for (var i = 0; i < 10; i++)
            _server.Answers.Enqueue(503);
        Assert.Contains("503", Assert.ThrowsExactly<WeightsDownloadException>(() => Cache.Get(Weights)).Message);
        Assert.HasCount(5, _server.Requests);
    }

    [TestMethod]
    public void A_wrong_hash_is_never_a_file()
    {
        _server.Content = [.. _content[1..], 0];
        var failure = Assert.ThrowsExactly<WeightsDownloadException>(() => Cache.Get(Weights));
        Assert.Contains($"instead of {Weights.Sha256Prefix}", failure.Message);
        CollectionAssert.AreEqual(new[] { "tiny-1.pth.lock" }, Directory.GetFiles(Cache.Folder).Select(Path.GetFileName).ToArray());
    }

    [TestMethod]
    public void A_server_that_sends_without_end_is_left()
    {
        _server.Content = new byte[70 << 20];
        Assert.Contains("sends more than", Assert.ThrowsExactly<WeightsDownloadException>(() => Cache.Get(Weights)).Message);
    }

    [TestMethod]
    public async Task Canceling_keeps_what_was_received()
    {
        _server.Stalls = true;
        using var cancellation = new CancellationTokenSource();
        var download = Cache.GetAsync(Weights, new Recorder([], () => cancellation.Cancel()), cancellation.Token);
        await Assert.ThrowsAsync<OperationCanceledException>(() => download);
        Assert.AreEqual(100, new FileInfo(Cache.PathOf(Weights) + ".part").Length);
        _server.Stalls = false;
        AssertContent(Cache.Get(Weights));
        Assert.EndsWith("bytes=100-", _server.Requests.Last());
    }

    [TestMethod]
    public void A_silent_server_is_given_up_in_the_end()
    {
        _server.Stalls = true;
        var cache = new WeightsCache(_folder) { FirstPause = TimeSpan.FromMilliseconds(1), Patience = TimeSpan.FromMilliseconds(300) };
        _server.HasRanges = false; // every try ends with the same 100 bytes
        Assert.Contains("silent", Assert.ThrowsExactly<WeightsDownloadException>(() => cache.Get(Weights)).Message);
    }

    [TestMethod]
    public void Several_at_once_download_once()
    {
        _server.Cuts.Enqueue(100_000);
        var paths = Enumerable.Range(0, 4).Select(_ => Task.Run(() => Cache.GetAsync(Weights))).ToArray();
        Task.WaitAll(paths);
        AssertContent(paths[0].Result);
        Assert.HasCount(2, _server.Requests);
    }

    [TestMethod]
    public void A_file_dropped_into_the_cache_needs_no_network_but_must_be_the_right_one()
    {
        var offline = Weights with { Address = new("http://127.0.0.1:1/tiny-1.pth") };
        Directory.CreateDirectory(Cache.Folder);
        File.WriteAllBytes(Cache.PathOf(offline), _content);
        Assert.AreEqual(Cache.PathOf(offline), Cache.Get(offline));
        Assert.IsTrue(Cache.Verify(offline));

        File.WriteAllBytes(Cache.PathOf(offline), new byte[10]);
        Assert.IsFalse(Cache.Verify(offline));
        Assert.Contains("Delete it", Assert.ThrowsExactly<WeightsDownloadException>(() => Cache.Get(offline)).Message);
        File.Delete(Cache.PathOf(offline));
        Assert.Contains("Without a network, put the file tiny-1.pth into", Assert.ThrowsExactly<WeightsDownloadException>(() => Cache.Get(offline)).Message);
    }

    [TestMethod]
    public void A_mirror_stands_for_the_published_address()
    {
        var elsewhere = Weights with { Address = new("http://127.0.0.1:1/somewhere/tiny-1.pth") };
        AssertContent(new WeightsCache(_folder, new(_server.Address, "mirror/of/ours")).Get(elsewhere));
        Assert.AreEqual("GET /models/mirror/of/ours/tiny-1.pth HTTP/1.1", _server.Requests.Single());
        Assert.ThrowsExactly<ArgumentException>(() => new WeightsCache(_folder, new("file:///tmp")));
        Assert.ThrowsExactly<ArgumentException>(() => new WeightsCache(_folder, new("tmp", UriKind.Relative)));
    }

    [TestMethod]
    public void The_folder_is_the_variables_or_the_platforms()
    {
        var home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        Assert.AreEqual("/x", WeightsCache.FindDefaultFolder(name => name == "MLCNN_CACHE" ? "/x" : null, isWindows: false, isMacOS: false));
        Assert.AreEqual(Path.Join("/c", "mlcnn"), WeightsCache.FindDefaultFolder(name => name == "XDG_CACHE_HOME" ? "/c" : null, isWindows: false,
            isMacOS: false));
        Assert.AreEqual(Path.Join(home, ".cache", "mlcnn"), WeightsCache.FindDefaultFolder(name => name == "XDG_CACHE_HOME" ? "relative" : null,
            isWindows: false, isMacOS: false));
        Assert.AreEqual(Path.Join(home, "Library", "Caches", "mlcnn"), WeightsCache.FindDefaultFolder(_ => null, isWindows: false, isMacOS: true));
        Assert.AreEqual(Path.Join(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "mlcnn"),
            WeightsCache.FindDefaultFolder(_ => null, isWindows: true, isMacOS: false));
    }

    private void AssertContent(string path) => Assert.IsTrue(_content.AsSpan().SequenceEqual(File.ReadAllBytes(path)));

    private sealed class Recorder(List<WeightsProgress> steps, Action? then = null) : IProgress<WeightsProgress>
    {
        public void Report(WeightsProgress value)
        {
            steps.Add(value);
            then?.Invoke();
        }
    }
}
