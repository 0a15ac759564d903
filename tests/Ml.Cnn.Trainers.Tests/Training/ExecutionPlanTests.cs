using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>The precision and layout of training are chosen by rule, and are what the caller pins.</summary>
[TestClass]
public sealed class ExecutionPlanTests
{
    /// <summary>Protects runs that repeat: the plan is a function of what is trained and where, which the caller can pin.</summary>
    [TestMethod]
    public void The_plan_is_chosen_by_rule()
    {
        var (small, large) = (new NetworkCost(400_000), new NetworkCost(1_800_000_000));
        var plan = ExecutionPlan.ForTraining(CPU, small, Precision.Auto, MemoryLayout.Auto);
        Assert.AreEqual("on cpu, float32, contiguous, 1 thread", plan.ForReaders(1).ToString());
        Assert.AreEqual(ExecutionPlan.ForTraining(CPU, large, Precision.Auto, MemoryLayout.Auto),
            ExecutionPlan.ForTraining(CPU, large, Precision.Auto, MemoryLayout.Auto));
        foreach (var layout in (MemoryLayout[])[MemoryLayout.ChannelsLast, MemoryLayout.Contiguous])
        {
            foreach (var precision in (Precision[])[Precision.Float32, Precision.BFloat16])
            {
                foreach (var cost in (NetworkCost[])[small, large])
                {
                    var pinned = ExecutionPlan.ForTraining(CPU, cost, precision, layout).ForReaders(2);
                    Assert.AreEqual((precision, layout, 2), (pinned.Precision, pinned.MemoryLayout, pinned.NetworkThreads));
                }
            }
        }
        Assert.AreEqual("on cpu, bfloat16, channels last, 2 threads",
            ExecutionPlan.ForTraining(CPU, large, Precision.BFloat16, MemoryLayout.Auto).ForReaders(2).ToString());
    }

    /// <summary>Protects the speed of networks that lose by bfloat16: the rule reads their operations.</summary>
    [TestMethod]
    [DataRow("resnet18", 64, false)]
    [DataRow("vgg11", 32, false)]
    [DataRow("densenet121", 64, false)]
    [DataRow("convnext_tiny", 64, false)]
    [DataRow("regnet_y_400mf", 64, false)]
    [DataRow("mobilenet_v1", 64, true)]
    [DataRow("mobilenet_v2", 64, true)]
    [DataRow("mobilenet_v3_large", 224, true)]
    [DataRow("efficientnet_b0", 64, true)]
    public void Networks_with_depthwise_convolutions_train_in_float32(string name, int size, bool isDepthwise)
    {
        var shape = new NetworkShape(3, size, size, 10);
        using var network = ArchitectureCatalog.Find(name).BuildWithoutWeights(shape);
        var plan = ExecutionPlan.ForTraining(CPU, NetworkCost.Of(network, shape), Precision.Auto, MemoryLayout.Auto);
        Assert.IsTrue(plan.ChannelsLast);
        if (isDepthwise)
            Assert.IsNull(plan.ComputeType);
        else if (OneDnn.IsFasterInBFloat16)
            Assert.AreEqual(ScalarType.BFloat16, plan.ComputeType);
        Assert.IsNull(ExecutionPlan.ForTraining(CPU, NetworkCost.Of(network, shape), Precision.Float32, MemoryLayout.Auto).ComputeType);
    }

    /// <summary>Protects whoever has to repeat a training: the model tells its plan, also once it was saved and loaded, and the options pin it.</summary>
    [TestMethod]
    public void A_model_tells_the_plan_that_it_was_trained_by()
    {
        var mlContext = new MLContext(seed: 1);
        var data = mlContext.Data.GenerateDigits(40);
        var byRule = mlContext.FitLeNet(data).LastTransformer.TrainingPlan!;
        Assert.AreEqual((Precision.Float32, MemoryLayout.Contiguous), (byRule.Precision, byRule.MemoryLayout));
        var model = mlContext.FitLeNet(data, Pipelines.Options(change: o =>
            (o.Precision, o.MemoryLayout, o.NetworkThreads) = (Precision.BFloat16, MemoryLayout.ChannelsLast, 1)));
        const string Plan = "on cpu, bfloat16, channels last, 1 thread";
        Assert.AreEqual(Plan, model.LastTransformer.TrainingPlan!.ToString());
        Assert.AreEqual(Plan, CnnTransformer.Find(Pipelines.Load(mlContext.Save(model)))!.TrainingPlan!.ToString());
    }

    [TestMethod]
    public void Float16_needs_a_GPU()
    {
        StringAssert.Contains(Assert.ThrowsExactly<InvalidOperationException>(() =>
            ExecutionPlan.ForTraining(CPU, new NetworkCost(1), Precision.Float16, MemoryLayout.Auto)).Message, "CUDA");
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
