using System.Text;
using Ml.Cnn.Experiments.S3;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Stores;

/// <summary>Protects experiments in a bucket: files come back as they went, and what fails says what, where and why.</summary>
[TestClass]
public sealed class S3TrialStoreTests
{
    public required TestContext TestContext { get; init; }

    private CancellationToken Cancellation => TestContext.CancellationToken;

    [TestInitialize]
    public void SetKeys()
    {
        Environment.SetEnvironmentVariable("AWS_ACCESS_KEY_ID", "key");
        Environment.SetEnvironmentVariable("AWS_SECRET_ACCESS_KEY", "secret");
    }

    [TestMethod]
    public async Task Files_come_back_by_their_names()
    {
        await using var server = await BucketServer.StartAsync();
        server.PageSize = 2;
        using var store = Store(server);
        string[] names =
            ["trials/0001/fold-1/a.safetensors", "trials/0001/fold-1/b c+ü.safetensors", "trials/0001/model.zip", "trials/0010/x", "trials/0011/x"];
        var large = new byte[300_000]; // more than a part of a signed stream
        new Random(1).NextBytes(large);
        foreach (var name in names)
            await store.WriteAsync(name, new MemoryStream(large), Cancellation);
        Assert.IsTrue(server.Files.Keys.All(name => name.StartsWith("experiments/one/", StringComparison.Ordinal)));
        CollectionAssert.AreEquivalent(names[..3], (await store.ListAsync("trials/0001/", Cancellation)).ToArray(), "pages are put together");
        Assert.IsEmpty(await store.ListAsync("trials/0002/", Cancellation));
        using (var content = await store.ReadAsync(names[1], Cancellation))
        {
            using var copy = new MemoryStream();
            await content!.CopyToAsync(copy, Cancellation);
            CollectionAssert.AreEqual(large, copy.ToArray());
        }
        await store.WriteAsync(names[1], new MemoryStream(Encoding.UTF8.GetBytes("new")), Cancellation);
        using (var content = new StreamReader((await store.ReadAsync(names[1], Cancellation))!))
            Assert.AreEqual("new", await content.ReadToEndAsync(Cancellation));
        await store.DeleteAsync(names[1], Cancellation);
        await store.DeleteAsync(names[1], Cancellation);
        Assert.IsNull(await store.ReadAsync(names[1], Cancellation));
    }

    [TestMethod]
    public async Task What_fails_for_a_while_is_tried_again()
    {
        await using var server = await BucketServer.StartAsync();
        using var store = Store(server);
        server.Fail(2);
        await store.WriteAsync("a", new MemoryStream([1, 2, 3]), Cancellation);
        CollectionAssert.AreEqual(new byte[] { 1, 2, 3 }, server.Files["experiments/one/a"]);
    }

    [TestMethod]
    public async Task What_fails_says_what_and_where()
    {
        await using var server = await BucketServer.StartAsync();
        using var elsewhere = S3TrialStore.Parse("s3://nowhere/one", new() { Endpoint = server.Address, Retries = 0 });
        var error = await Assert.ThrowsExactlyAsync<IOException>(() => elsewhere.ReadAsync("settings.json", Cancellation));
        Assert.Contains("'one/settings.json' in the bucket 'nowhere' cannot be read", error.Message);
        var address = server.Address;
        await server.DisposeAsync();
        using var gone = S3TrialStore.Parse("s3://pets", new() { Endpoint = address, Retries = 0 });
        Assert.Contains("cannot be listed", (await Assert.ThrowsExactlyAsync<IOException>(() => gone.ListAsync("x", Cancellation))).Message);
    }

    [TestMethod]
    public void What_is_no_store_is_refused()
    {
        foreach (var text in (string[])["", "pets", "s3://", "s3:///one", "gs://pets"])
            Assert.Contains("s3://BUCKET", Assert.ThrowsExactly<FormatException>(() => S3TrialStore.Parse(text)).Message, text);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new S3TrialStore("pets", "", new() { Endpoint = new("ftp://x") }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new S3TrialStore("pets", "", new() { Retries = -1 }));
        using var store = S3TrialStore.Parse("S3://pets/one/two/", new() { Endpoint = new("http://127.0.0.1:1") });
        Assert.AreEqual("s3://pets/one/two", store.ToString());
    }

    private static S3TrialStore Store(BucketServer server) =>
        S3TrialStore.Parse($"s3://{BucketServer.Bucket}/experiments/one", new() { Endpoint = server.Address });
}
