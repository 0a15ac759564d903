using System.Globalization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Training;

/// <summary>What stands around the optimizer's step, in a network with batch normalization, beside PyTorch by the papers' algorithms.</summary>
[TestClass]
public sealed class PublishedTechniquesTests
{
    private const int Steps = 6, Batch = 8;
    private const string Network = "resnet18";

    private static readonly Dictionary<string, Action<CnnOptions>> s_techniques = new()
    {
        ["sharpness"] = o => o.SharpnessAwareRadius = 0.05,
        ["centralized"] = o => o.GradientCentralization = true,
        ["slow"] = o => o.Lookahead = new() { Steps = 2, StepSize = 0.5 },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-published").FullName;

    public static IEnumerable<object[]> Techniques => s_techniques.Keys.Select(name => new object[] { name });

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects the algorithms as papers have them: from the same state and batches PyTorch comes to the same losses and weights.</summary>
    [TestMethod]
    [LongTest]
    [DynamicData(nameof(Techniques))]
    public void Steps_are_those_of_the_paper(string technique)
    {
        PythonTorch.Require();
        using var scope = NewDisposeScope();
        random.manual_seed(4);
        var (images, labels) = (randn(Batch * 4, 3, 32, 32, dtype: ScalarType.Float64), randint(10, [Batch * 4], dtype: ScalarType.Int64));
        using var network = ArchitectureCatalog.Find(Network).Build(new(3, 32, 32, 10)).to(ScalarType.Float64);
        using var published = PythonSteps.Run("techniques.py", _folder, network, images, labels, Network, technique,
            Batch.ToString(CultureInfo.InvariantCulture), Steps.ToString(CultureInfo.InvariantCulture));
        var expected = published.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value);
        var before = network.get_parameter("conv1.weight")!.detach().clone();

        var losses = Train(network, images, labels, s_techniques[technique]);

        Assert.IsGreaterThan(1e-4f, (network.get_parameter("conv1.weight")! - before).abs().max().to(float32).item<float>(), "the weights have moved");
        foreach (var (step, loss) in losses.Index())
            Assert.AreEqual(expected["losses"][step].item<double>(), loss, 1e-8, $"loss of step {step}");
        foreach (var (name, tensor) in ModuleState.Of(network))
            Assert.IsTrue(tensor.to(float64).allclose(expected[name].to(float64), 1e-7, 1e-8), name);
    }

    private static List<double> Train(Module<Tensor, Tensor> network, Tensor images, Tensor labels, Action<CnnOptions> technique)
    {
        var options = new CnnOptions
        {
            BatchSize = Batch,
            LearningRate = 0.05,
            Momentum = 0.9,
            WeightDecay = 5e-4,
            DecayBiasesAndNorms = true,
            Epochs = 1,
        };
        technique(options);
        var architecture = ArchitectureCatalog.Find(Network);
        var settings = options.ToSettings(architecture.Training, environmentSeed: 1).Optimization;
        var loss = new TrainingLoss(ClassificationLoss.CrossEntropy, labelSmoothing: 0, null, usesExampleWeights: false);
        var subject = new TrainingSubject(network, new(3, 32, 32, 10), loss, CPU, ScalesLoss: false, Stages: null);
        using var optimizer = Optimizers.Create(settings, subject.Groups(), subject.NormBiases());
        using var slow = settings.Lookahead is { } lookahead ? new SlowWeights(network, lookahead) : null;
        using var update = GradientUpdate.Create(optimizer, settings, average: null, scaling: null, reduction: null,
            SharpnessAscent.Of(settings, network), slow);
        var losses = new List<double>();
        network.train();
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            var from = step * Batch % images.size(0);
            update.Begin();
            var mean = Mean();
            losses.Add(mean.item<double>());
            update.Add(mean, () => throw new InvalidOperationException(), settings.LearningRate, Mean);

            Tensor Mean() => loss.Of(network.forward(images.narrow(0, from, Batch)), labels.narrow(0, from, Batch), ones(Batch, float64));
        }
        return losses;
    }
}
