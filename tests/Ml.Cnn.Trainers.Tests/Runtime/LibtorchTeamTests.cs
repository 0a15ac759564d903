using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>Work on libtorch's own threads is done whole, by no more threads than asked for, and fails as it does elsewhere.</summary>
[TestClass]
public sealed class LibtorchTeamTests
{
    /// <summary>Protects the speed of training from files: without the team, .NET's threads would fight libtorch's for the cores.</summary>
    [TestMethod]
    public void On_Linux_the_team_is_found()
    {
        using var _ = ones(1); // libtorch is loaded
        Assert.AreEqual(OperatingSystem.IsLinux(), LibtorchTeam.IsAvailable);
    }

    [TestMethod]
    [DataRow(0, 2)]
    [DataRow(1, 2)]
    [DataRow(1000, 1)]
    [DataRow(1000, 2)]
    [DataRow(1000, 64)]
    public void Every_number_comes_once(int count, int threads)
    {
        var seen = new int[count];
        var workers = new System.Collections.Concurrent.ConcurrentDictionary<int, int>();
        LibtorchTeam.For(count, threads, i =>
        {
            Interlocked.Increment(ref seen[i]);
            workers[Environment.CurrentManagedThreadId] = i;
            if (i % 100 == 0)
                GC.Collect(); // the threads are not .NET's own, and hold no collection up
        });
        Assert.IsTrue(seen.All(n => n == 1));
        Assert.IsLessThanOrEqualTo(threads, workers.Count);
        Assert.AreEqual(6.0, (ones(2) + ones(2) * 2).sum().ToDouble(), "libtorch goes on");
    }

    /// <summary>Protects the process: an exception that passed through native code would end it.</summary>
    [TestMethod]
    public void An_exception_comes_back_to_the_caller()
    {
        var failure = Assert.Throws<Exception>(() => LibtorchTeam.For(100, 2, i => throw new InvalidOperationException($"at {i}")));
        StringAssert.StartsWith((failure is AggregateException { InnerException: { } inner } ? inner : failure).Message, "at ");
        var done = 0;
        LibtorchTeam.For(10, 2, _ => Interlocked.Increment(ref done));
        Assert.AreEqual(10, done);
    }
}
