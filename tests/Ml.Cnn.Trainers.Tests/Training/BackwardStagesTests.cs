using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Tests.Graph;
using Ml.Cnn.Trainers.Transfer;
using MlCnn.Testing;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>Gradients that travel between processes while backward goes on.</summary>
[TestClass]
public sealed class BackwardStagesTests
{
    // In bfloat16 weights have gradients of their own beside those of their casts: float32 has nothing that it has not.
    public static IEnumerable<object[]> FamiliesAndPrecisions() => GraphProgramTests.Families().SelectMany(family => LongTestAttribute.IsAskedFor
        ? (object[][])[[family[0], Precision.Float32], [family[0], Precision.BFloat16]] : [[family[0], Precision.BFloat16]]);

    /// <summary>Protects every family's gradients from traveling before they are whole: what a stage is said to have is what it has in the end.</summary>
    [TestMethod]
    [DynamicData(nameof(FamiliesAndPrecisions))]
    public void What_is_said_to_be_whole_is_whole(string name, Precision precision)
    {
        using var scope = NewDisposeScope();
        var architecture = ArchitectureCatalog.Find(name);
        manual_seed(3);
        using var network = ExecutionPlan.ForTraining(CPU, new NetworkCost(long.MaxValue), precision, MemoryLayout.Auto)
            .Prepare(architecture.Build(new(architecture.Channels, architecture.MinimumImageSize + 9, architecture.MinimumImageSize + 9, 5)));
        var buffers = network.parameters().ToDictionary(parameter => parameter, parameter => new GradientBuffer(parameter));
        network.train();
        using var stages = BackwardStages.Of(network, architecture);
        if (architecture.AuxiliaryHeads.Count > 0)
        {
            Assert.IsNull(stages);
            return;
        }
        Assert.HasCount(architecture.Stages.Count, stages!.Groups);
        Assert.AreEqual(network.parameters().Count(), stages.Groups.Sum(group => group.Count));
        var seen = new List<int>();
        var early = new List<(Parameter Parameter, Tensor? Gradient)>();
        stages.Passed = group =>
        {
            using var noGradient = no_grad();
            early.AddRange(stages.Groups.Skip(seen.Count == 0 ? 0 : seen[^1] + 1).Take(group - (seen.Count == 0 ? -1 : seen[^1])).SelectMany(one => one)
                .Where(parameter => parameter.requires_grad).Select(parameter => (parameter, parameter.grad?.clone())));
            seen.Add(group);
        };
        network.call(randn(3, architecture.Channels, architecture.MinimumImageSize + 9, architecture.MinimumImageSize + 9)).to(float32).pow(2).sum().backward();
        CollectionAssert.AreEqual(seen.Order().ToArray(), seen.ToArray(), "from the head to the input");
        Assert.IsGreaterThanOrEqualTo(stages.Groups.Count / 2, seen.Count, "most stages are seen");
        Assert.IsNotEmpty(early);
        var names = network.named_parameters().ToDictionary(one => one.parameter, one => one.name);
        var missing = early.Where(one => one.Gradient is null).Select(one => names[one.Parameter]).ToArray();
        Assert.IsEmpty(missing, $"{name}: without a gradient yet: {string.Join(", ", missing)}");
        foreach (var (parameter, gradient) in early)
            Assert.IsTrue(parameter.grad!.equal(gradient!).all().item<bool>(), $"{name}: {names[parameter]} grew later, "
                + $"by {(parameter.grad!.sub(gradient!)).abs().max().item<float>():g3} of {gradient!.abs().max().item<float>():g3}");

        stages.Passed = null;
        seen.Clear();
        network.call(randn(3, architecture.Channels, architecture.MinimumImageSize + 9, architecture.MinimumImageSize + 9)).to(float32).sum().backward();
        Assert.IsEmpty(seen);
        foreach (var buffer in buffers.Values)
            buffer.Dispose();
    }

    /// <summary>Protects a training whose gradients travel beside backward: weights are, to the bit, those of one whose gradients travel afterwards.</summary>
    [TestMethod]
    [DataRow(1, false)]
    [DataRow(2, false)]
    [DataRow(1, true)]
    public void Gradients_that_travel_beside_backward_come_to_the_same_weights(int accumulation, bool inBFloat16)
    {
        var mlContext = new MLContext(seed: 1);
        var digits = mlContext.Data.GenerateDigits(22); // the last step is uneven
        var keyed = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits);
        var afterwards = Train(null, out _);
        var beside = Train(0, out var sums);
        Assert.AreEqual(afterwards[0], afterwards[1]);
        CollectionAssert.AreEqual(afterwards, beside);
        Assert.AreEqual((3 + accumulation - 1) / accumulation * 5, sums!.Value, "in each move four large gradients travel by themselves, the others together");

        string[] Train(int? sumsBeside, out int? sums)
        {
            using var meeting = new Meeting(world: 2) { SumsBeside = sumsBeside };
            var models = meeting.Together(group => mlContext.MulticlassClassification.Trainers.ResNet(new ResNetOptions
            {
                FeatureColumnName = "Image",
                Depth = 18,
                ImageSize = 32, // too small for normalization and ReLU to be one operation, which who watches a layer would prevent
                Channels = 1,
                Epochs = 1,
                BatchSize = 4,
                LearningRate = 0.01,
                GradientAccumulation = accumulation,
                Seed = 3,
                NetworkThreads = 1,
                Distribution = new() { BFloat16Gradients = inBFloat16 },
            }).In(new(group)).Fit(keyed));
            sums = meeting.SumsBeside;
            return [.. models.Select(model => Pipelines.Weights(model))];
        }
    }
}
