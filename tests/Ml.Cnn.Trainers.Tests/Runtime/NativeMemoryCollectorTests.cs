using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>What waits for a finalizer does not wait longer than a second.</summary>
[TestClass]
public sealed class NativeMemoryCollectorTests
{
    [TestMethod]
    public void After_a_second_what_steps_left_is_finalized()
    {
        var collector = new NativeMemoryCollector();
        var finalized = new StrongBox<int>();
        Leave(finalized);
        collector.CollectPeriodically();
        Assert.AreEqual(0, finalized.Value, "not after every step: that costs");
        Thread.Sleep(1100);
        collector.CollectPeriodically();
        Assert.AreEqual(1, finalized.Value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(StrongBox<int> finalized) => _ = new Leftover(finalized);

    private sealed class Leftover(StrongBox<int> finalized)
    {
        ~Leftover() => finalized.Value++;
    }
}
