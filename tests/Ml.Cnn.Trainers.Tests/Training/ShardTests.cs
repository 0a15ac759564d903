using Microsoft.ML;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Transforms.Augmentation;
using MlCnn.Testing;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Epochs that several processes share.</summary>
[TestClass]
public sealed class ShardTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Protects the rule of <see cref="Shard"/> for any number of rows and ranks, rows without a label and balanced classes.</summary>
    [TestMethod]
    public void Ranks_share_every_epoch_of_any_data()
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        for (var round = 0; round < 300; round++)
        {
            var (world, epoch, orderSeed, isBalanced) = (random.Next(1, 9), random.Next(1, 5), random.Next(), random.Next(2) == 0);
            uint[] labels = [.. Enumerable.Range(0, random.Next(1, 60)).Select(_ => (uint)random.Next(4))];
            var context = $"seed {seed}, round {round}: {labels.Length} rows, {world} ranks, epoch {epoch}, balanced {isBalanced}";
            var order = RowOrder.Create(labels, orderSeed, isBalanced);
            (int Row, int Repetition)[] whole = [.. order.Of(epoch).Where(drawn => labels[drawn.Row] > 0)];
            var parts = Enumerable.Range(0, world).Select(rank => order.Of(epoch, new Shard(rank, world)).Where(d => labels[d.Row] > 0).ToArray()).ToArray();

            CollectionAssert.AreEqual(order.Of(epoch).ToArray(), order.Of(epoch, Shard.Whole).ToArray(), context);
            AssertShared(whole, parts, context);
            for (var rank = 0; rank < world; rank++)
                CollectionAssert.AreEqual(parts[rank],
                    RowOrder.Create(labels, orderSeed, isBalanced).Of(epoch, new(rank, world)).Where(d => labels[d.Row] > 0).ToArray(), context);
        }
    }

    /// <summary>Protects every source of rows, whatever its threads: those that shuffle, a spooled file, memory, the pool, and balanced classes.</summary>
    [TestMethod]
    [DataRow("shuffled")]
    [DataRow("spooled")]
    [DataRow("memory")]
    [DataRow("pooled")]
    [DataRow("balanced")]
    public void Ranks_share_every_epoch_of_every_source(string kind)
    {
        var seed = Random.Shared.Next();
        var random = new Random(seed);
        foreach (var count in (int[])[1, 2, 7, 50, 101])
        {
            var data = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(200))
                .Transform(s_mlContext.Data.GenerateDigits(count));
            var columns = new ImageColumns(
                data.Schema["Image"], FeatureColumn.Of(data.Schema, "Image", PixelLayout.Auto, null), data.Schema["Label"], Path: null);
            var (orderSeed, world) = (random.Next(), random.Next(2, 6));
            var context = $"seed {seed}: {kind}, {count} rows, {world} ranks";
            using var source = Open(kind, data, columns, orderSeed);
            for (var epoch = 1; epoch <= 3; epoch++)
            {
                var whole = Rows(source, epoch, shard: null);
                CollectionAssert.AreEqual(whole, Rows(source, epoch, Shard.Whole), context);
                AssertShared(whole, [.. Enumerable.Range(0, world).Select(rank => Rows(source, epoch, new(rank, world)))], context);
            }
        }
    }

    /// <summary>Protects the disks of a cluster: a process reads the images of its own rows, and no others.</summary>
    [TestMethod]
    [DataRow("shuffled")]
    [DataRow("pooled")]
    public void A_rank_reads_its_own_images_alone(string kind)
    {
        const int Count = 60, World = 3;
        using var folder = new TemporaryFolder();
        for (var i = 0; i < Count; i++)
            File.WriteAllBytes(Path.Join(folder.Path, FormattableString.Invariant($"{i}.png")), [1, 2, 3]);
        var rows = Enumerable.Range(0, Count).Select(i => new FileRow { ImagePath = FormattableString.Invariant($"{i}.png"), Label = i % 2 == 0 ? "a" : "b" });
        var list = s_mlContext.Data.LoadFromEnumerable(rows);
        var view = kind == "shuffled" ? s_mlContext.Data.Cache(list) : list;
        var data = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Append(s_mlContext.Transforms.LoadRawImageBytes("Image", folder.Path, "ImagePath"))
            .Fit(view).Transform(view);
        Assert.AreEqual(kind == "shuffled", data.CanShuffle);
        var columns = new ImageColumns(data.Schema["Image"], FeatureColumn.Of(data.Schema, "Image", PixelLayout.Auto, null), data.Schema["Label"],
            data.Schema["ImagePath"]);
        using var source = Open(kind, data, columns, seed: 1);
        string[] Paths(Shard? shard, bool isRead)
        {
            using var feed = source.Open(1, CancellationToken.None, shard);
            var paths = new List<string>();
            while (feed.TryRead(out var row))
            {
                Assert.AreEqual(isRead, row.Defect is null, row.Defect);
                paths.Add(row.Path.ToString());
                feed.Recycle(row);
            }
            return [.. paths];
        }
        var parts = Enumerable.Range(0, World).Select(rank => Paths(new(rank, World), isRead: true)).ToArray();
        // Without the files of the others nothing is missed; without its own everything is.
        foreach (var path in parts.Skip(1).SelectMany(part => part))
            File.Delete(Path.Join(folder.Path, path));
        CollectionAssert.AreEqual(parts[0], Paths(new(0, World), isRead: true));
        Assert.HasCount(Count / World, Paths(new(1, World), isRead: false));
    }

    private sealed class FileRow
    {
        public required string ImagePath { get; init; }
        public required string Label { get; init; }
    }

    /// <summary>Protects from a rank that nobody is.</summary>
    [TestMethod]
    public void A_rank_is_below_the_number_of_ranks()
    {
        foreach (var (rank, world) in ((int, int)[])[(-1, 2), (2, 2), (0, 0)])
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => new Shard(rank, world));
    }

    private static IEpochSource Open(string kind, IDataView data, ImageColumns columns, int seed)
    {
        var epochs = new AugmentedEpochs(seed, _ => { });
        if (kind == "shuffled")
            return new ShuffledSource(data, columns, threads: 3, seed, epochs);
        if (kind == "pooled")
            return new PooledSource(data, columns, threads: 3, seed, epochs);
        using var rows = new ParallelRowFeed(data, columns, threads: 3, shuffle: null, CancellationToken.None);
        return kind == "memory" ? new MemorySource(rows, seed) : new SpooledSource(rows, Path.GetTempPath(), seed, isBalanced: kind == "balanced");
    }

    private static (int Row, int Repetition)[] Rows(IEpochSource source, int epoch, Shard? shard)
    {
        using var feed = source.Open(epoch, CancellationToken.None, shard);
        var rows = new List<(int, int)>();
        while (feed.TryRead(out var row))
        {
            rows.Add(((int)row.Id, row.Repetition));
            feed.Recycle(row);
        }
        return [.. rows];
    }

    /// <summary>All rows come, each to one rank, in the order of the whole: dealt like cards.</summary>
    private static void AssertShared((int Row, int Repetition)[] whole, (int Row, int Repetition)[][] parts, string context)
    {
        Assert.AreEqual(whole.Length, parts.Sum(part => part.Length), context);
        CollectionAssert.AreEqual(whole, whole.Select((_, place) => parts[place % parts.Length][place / parts.Length]).ToArray(), context);
    }
}
