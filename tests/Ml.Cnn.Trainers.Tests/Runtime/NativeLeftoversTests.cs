using System.Runtime.CompilerServices;
using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>What waits for a finalizer does not wait longer than a second.</summary>
[TestClass]
public sealed class NativeLeftoversTests
{
    [TestMethod]
    public void After_a_second_what_steps_left_is_finalized()
    {
        var leftovers = new NativeLeftovers();
        var finalized = new StrongBox<int>();
        Leave(finalized);
        leftovers.FreeEverySoOften();
        Assert.AreEqual(0, finalized.Value, "not after every step: that costs");
        Thread.Sleep(1100);
        leftovers.FreeEverySoOften();
        Assert.AreEqual(1, finalized.Value);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Leave(StrongBox<int> finalized) => _ = new Leftover(finalized);

    private sealed class Leftover(StrongBox<int> finalized)
    {
        ~Leftover() => finalized.Value++;
    }
}
