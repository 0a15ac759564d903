using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Runtime;

/// <summary>What libtorch computes with is not freed meanwhile, however often garbage is collected. tests/collector asks the same of every test.</summary>
[TestClass]
public sealed class CollectedNumbersTests
{
    [TestMethod]
    public void Arithmetic_with_numbers_is_right() => WhileCollecting(() =>
    {
        using var scope = NewDisposeScope();
        var fives = TensorArithmetic.Filled([64], 5);
        var made = fives.Times(3.0).Plus(2).Minus(1).Over(4).Between(-9, 9).AtLeast(1).AtMost(7).Squared().Plus(ones(64)).ToThe(1); // (15 + 1) / 4 = 4
        Assert.AreEqual((17, 17), (made.min().Number(), made.max().Number()));
    });

    [TestMethod]
    public void Folded_weights_are_right()
    {
        using var network = ArchitectureCatalog.Find("mobilenet_v2").Build(new(3, 32, 32, 10));
        network.eval();
        var operations = new FusedProgram(NetworkGraph.Trace(network, new(3, 32, 32, 10)).Program()).Operations.Where(o => o.Norm is not null).ToList();
        var expected = operations.ConvertAll(Numbers);
        WhileCollecting(() =>
        {
            for (var i = 0; i < operations.Count; i++)
                CollectionAssert.AreEqual(expected[i], Numbers(operations[i]), operations[i].Node.Name);
        });
    }

    private static float[] Numbers(FusedOperation operation)
    {
        using var weight = FoldedWeights.Weight(operation);
        using var bias = FoldedWeights.Bias(operation)!;
        return [.. weight.data<float>().ToArray(), .. bias.data<float>().ToArray()];
    }

    // For a second and a half, which was enough to see each of the faults that this guards against.
    private static void WhileCollecting(Action work)
    {
        using var end = new CancellationTokenSource(TimeSpan.FromSeconds(1.5));
        var collector = new Thread(() =>
        {
            while (!end.IsCancellationRequested)
            {
                GC.Collect(0, GCCollectionMode.Forced, blocking: true);
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        while (!end.IsCancellationRequested)
            work();
        collector.Join();
    }
}
