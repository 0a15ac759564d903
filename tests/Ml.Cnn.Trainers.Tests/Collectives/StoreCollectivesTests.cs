using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Collectives.Stores;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Collectives;

/// <summary>What processes of torchrun do together, by threads of one process. Ml.Cnn.Distribution.Tests has processes.</summary>
[TestClass]
public sealed class StoreCollectivesTests
{
    private const int World = 3;

    /// <summary>Protects sums and texts in every length: none, less than one number for each rank, and more than one part for each.</summary>
    [TestMethod]
    public void Sums_and_values_come_to_all()
    {
        using var server = TcpStoreServer.Start(port: 0);
        Together(server, group =>
        {
            using var scope = NewDisposeScope();
            foreach (var count in (long[])[1, 2, 3, 1000, 4 * 1024 * 1024 + 5])
            {
                foreach (var type in (ScalarType[])[ScalarType.Float32, ScalarType.Float64, ScalarType.BFloat16])
                {
                    // Whole numbers, whose sums every type has.
                    var numbers = Numbers(count, group.Rank).to(type);
                    group.Sum(numbers);
                    var expected = Enumerable.Range(0, World).Select(rank => Numbers(count, rank)).Aggregate((a, b) => a.add(b, 1)).to(type);
                    Assert.IsTrue(numbers.equal(expected).all().item<bool>(), $"{count} numbers of {type}");
                }
            }
            CollectionAssert.AreEqual(new[] { "", "ä", "ää" }, group.Gather(new string('ä', group.Rank)));
            for (var root = 0; root < World; root++)
            {
                Assert.AreEqual(root * 3, group.Broadcast(group.Rank * 3.0, root));
                Assert.HasCount(5_000_000, group.BroadcastBytes(group.Rank == root ? new byte[5_000_000] : [], root));
            }
        });

        static Tensor Numbers(long count, int rank) => arange(count, ScalarType.Int64).remainder(16).add(tensor(rank), 1);
    }

    /// <summary>Protects from waiting for one that has failed, or does not come: the others say which.</summary>
    [TestMethod]
    [DataRow(true, "rank 1 (process")]
    [DataRow(false, "hangs, or its machine cannot be reached. The patience is 2 s.")]
    public void Who_keeps_the_others_waiting_is_named(bool fails, string expected)
    {
        using var server = TcpStoreServer.Start(port: 0);
        Together(server, group =>
        {
            group.Patience = TimeSpan.FromSeconds(2);
            group.BeginTraining();
            group.Gather(1.0);
            if (group.Rank == 1)
            {
                if (fails)
                    group.Fail("The disk is full of cats.");
                return;
            }
            var failure = Assert.Throws<GroupFailureException>(() => group.Gather(2.0));
            Assert.Contains(expected, failure.Message);
            Assert.AreEqual(fails, failure.Message.Contains("The disk is full of cats.", StringComparison.Ordinal), failure.Message);
            Assert.Throws<GroupFailureException>(() => group.Gather(3.0), "there is no going on");
            Assert.Throws<GroupFailureException>(group.BeginTraining);
        });
    }

    /// <summary>Protects the memory of the process that has the store in a long training.</summary>
    [TestMethod]
    public void What_all_have_read_is_deleted()
    {
        using var server = TcpStoreServer.Start(port: 0);
        Together(server, group =>
        {
            for (var i = 0; i < 100; i++)
            {
                group.Gather(i);
                group.Broadcast((double)i);
                using var numbers = ones(10);
                group.Sum(numbers);
            }
        });
        Assert.IsLessThan(10 * World, server.Count);
    }

    private static void Together(TcpStoreServer server, Action<ICollectives> work)
    {
        var ranks = Enumerable.Range(0, World).Select(rank => Task.Factory.StartNew(() => work(new StoreCollectives(
            () => TcpStore.Connect("localhost", server.Port, TimeSpan.FromSeconds(20)), "/test", "a store", rank, World)), TaskCreationOptions.LongRunning));
        Task.WhenAll([.. ranks]).GetAwaiter().GetResult();
    }
}
