using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The precision and layout of training are chosen by trying, and trying leaves no trace.</summary>
[TestClass]
public sealed class PlanTimingTests
{
    /// <summary>Protects the first weights, the running statistics and the random state from the steps that are only timed.</summary>
    [TestMethod]
    public void Timing_leaves_the_network_and_the_random_state_as_they_were()
    {
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var shape = new NetworkShape(3, 32, 32, 5);
        var network = ArchitectureCatalog.Find("resnet20_cifar").Build(shape);
        var before = network.state_dict().ToDictionary(s => s.Key, s => s.Value.detach().clone());
        var generator = random.get_rng_state();
        var plan = new ExecutionPlan(CPU, NetworkCost.Of(network, shape), ChannelsLast: false, ComputeType: null);
        ExecutionPlan[] candidates = [plan, plan with { ChannelsLast = true }, plan with { ComputeType = ScalarType.BFloat16 }];
        var reports = new List<string>();

        var chosen = PlanTiming.Choose(network, shape, candidates, batchSize: 4, reports.Add);

        CollectionAssert.Contains(candidates, chosen);
        Assert.HasCount(1, reports);
        StringAssert.StartsWith(reports[0], $"{chosen.Description} was chosen; a step of 4 images took ");
        foreach (var candidate in candidates)
            StringAssert.Contains(reports[0], $" ms in {candidate.Arithmetic}");
        foreach (var (name, value) in network.state_dict())
            Assert.IsTrue(value.Equals(before[name]), name);
        Assert.IsTrue(network.parameters().All(p => p.grad is null));
        Assert.IsTrue(random.get_rng_state().Equals(generator));
    }

    /// <summary>Protects runs that repeat: chance does not choose between plans that are about as fast.</summary>
    [TestMethod]
    public void Another_plan_must_be_clearly_faster()
    {
        Assert.AreEqual(0, PlanTiming.Pick([100, 90, 95]));
        Assert.AreEqual(2, PlanTiming.Pick([100, 75, 70]));
        Assert.AreEqual(0, PlanTiming.Pick([50, 75, 70]));
    }

    [TestMethod]
    public void Small_networks_and_a_given_precision_are_not_timed()
    {
        var (small, large) = (new NetworkCost(400_000), new NetworkCost(1_800_000_000));
        Assert.HasCount(1, ExecutionPlan.ForTraining(CPU, small, Precision.Auto));
        Assert.IsNull(ExecutionPlan.ForTraining(CPU, small, Precision.Auto)[0].ComputeType);
        Assert.HasCount(1, ExecutionPlan.ForTraining(CPU, large, Precision.BFloat16));
        Assert.IsTrue(ExecutionPlan.ForTraining(CPU, large, Precision.Float32).All(p => p.ComputeType is null));
        Assert.AreEqual(2, ExecutionPlan.ForTraining(CPU, large, Precision.Auto)[^1].ImagesToTime(32), "a step that is timed is short");
        Assert.AreEqual(1, ExecutionPlan.ForTraining(CPU, large, Precision.Auto)[^1].ImagesToTime(1));
    }

    [TestMethod]
    public void Float16_needs_a_GPU()
    {
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() => ExecutionPlan.ForTraining(CPU, new NetworkCost(1), Precision.Float16)).Message, "CUDA");
    }

    /// <summary>Protects float16's small gradients and its weights: an overflow moves nothing and halves the scale.</summary>
    [TestMethod]
    public void The_loss_scale_follows_the_gradients()
    {
        using var scope = NewDisposeScope();
        var weight = new Parameter(ones(2));
        var scaling = new LossScaling();
        (weight.sum() * scaling.Scale).backward();
        Assert.IsTrue(scaling.Unscale([weight]));
        Assert.IsTrue(weight.grad!.allclose(ones(2), 0, 0));
        weight.grad = tensor([1f, float.PositiveInfinity]);
        Assert.IsFalse(scaling.Unscale([weight]));
        Assert.AreEqual(LossScaling.First / 2, scaling.Scale);
        weight.grad = ones(2);
        for (var step = 0; step < LossScaling.StepsToGrow; step++)
            Assert.IsTrue(scaling.Unscale([weight]));
        Assert.AreEqual(LossScaling.First, scaling.Scale);
    }
}
