using System.Globalization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Tests.Training;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>The network and the recipe of airbench94 beside the published code in PyTorch.</summary>
[TestClass]
public sealed class CifarSpeedTests
{
    private const int Steps = 10, Batch = 12, WhitenSteps = 6;

    private static readonly NetworkShape s_shape = new(3, 32, 32, 10);

    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-cifar-speed").FullName;

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>
    /// Protects the whole recipe, step by step: from the same state and batches, the published code comes to the same losses and weights. So the forward pass,
    /// the frozen parameters, the rates and decays of biases and others, Nesterov's momentum, the triangle, label smoothing, and slow weights with statistics.
    /// </summary>
    [TestMethod]
    [LongTest]
    public void Steps_are_those_of_the_published_code()
    {
        PythonTorch.Require();
        using var scope = NewDisposeScope();
        random.manual_seed(1);
        var (images, labels) = (Blurred(Batch * 4).to(float64), randint(10, [Batch * 4], dtype: ScalarType.Int64));
        var architecture = CifarSpeed.Create();
        using var network = architecture.Build(s_shape).to(ScalarType.Float64); // a rate this high makes float32's rounding visible within ten steps
        using (no_grad())
            architecture.ImageInitialization!.Apply(network, images);
        using var published = PythonSteps.Run("airbench.py", _folder, network, images, labels,
            new[] { Batch, Steps, WhitenSteps }.Select(number => number.ToString(CultureInfo.InvariantCulture)));
        var expected = published.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value);
        var whitening = network.get_parameter("whiten.weight")!.detach();
        // The filters are eigenvectors: each may come with the other sign, and so change places with its double in the other half.
        Assert.IsTrue(whitening[..12].abs().allclose(expected["whitening"][..12].abs(), 1e-6, 1e-6), "the whitening filters");

        var losses = Train(network, images, labels);

        foreach (var (step, loss) in losses.Index())
            Assert.AreEqual(expected["losses"][step].item<double>(), loss, 1e-9, $"loss of step {step}");
        foreach (var (name, tensor) in ModuleState.Of(network))
            Assert.IsTrue(tensor.to(float64).allclose(expected[name].to(float64), 1e-6, 1e-8), $"{name}: off by up to "
                + (tensor.to(float64) - expected[name].to(float64)).abs().max().ToDouble().ToString("g3", CultureInfo.InvariantCulture));
    }

    /// <summary>Protects section 3.2: over the patches of the images, no two outputs of the first half go together, and all vary as much.</summary>
    [TestMethod]
    [DataRow(3, 2)]
    [DataRow(1, 3)]
    public void Whitened_patches_are_uncorrelated(int channels, int kernel)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        random.manual_seed(2);
        var images = Blurred(600, channels);
        using var conv = new Conv2d(channels, PatchWhitening.Filters(channels, kernel), kernel, bias: false);
        PatchWhitening.Set(conv, images, epsilon: 1e-9);

        var outputs = conv.forward(images).transpose(0, 1).flatten(1).to(float64); // filters × positions
        var half = conv.OutChannels / 2;
        Assert.IsTrue(outputs[..half].allclose(-outputs[half..]), "the second half is the first with the other sign");
        var covariance = outputs[..half].matmul(outputs[..half].t()) / outputs.size(1);
        var off = (covariance - eye(half, dtype: ScalarType.Float64)).abs().max().ToDouble();
        Assert.IsLessThan(1e-2, off);
    }

    /// <summary>Protects section 3.3: the first filters of every convolution of a block pass their channel on, the others are drawn.</summary>
    [TestMethod]
    public void Convolutions_begin_as_the_identity()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        using var network = CifarSpeed.Create().Build(s_shape);
        var convolutions = network.modules().OfType<Conv2d>().Where(conv => conv.Kernel == new Size2d(3, 3)).ToArray();
        Assert.HasCount(6, convolutions);
        foreach (var conv in convolutions)
        {
            var input = randn(2, conv.InChannels, 5, 5);
            var output = conv.forward(input);
            Assert.IsTrue(output[.., ..conv.InChannels].equal(input).all().item<bool>());
            if (conv.OutChannels > conv.InChannels)
                Assert.IsGreaterThan(0.01, output[.., conv.InChannels..].std().ToDouble());
        }
    }

    /// <summary>Protects the numbers of section 3.1: parameters and work, and what is not trained.</summary>
    [TestMethod]
    [DataRow(CifarSpeedVariant.Accuracy94, 1_972_792, 118)]
    [DataRow(CifarSpeedVariant.Accuracy95, 4_606_520, 301)]
    public void The_network_has_the_paper_s_size(CifarSpeedVariant variant, long parameters, long millions)
    {
        using var network = CifarSpeed.Create(variant).Build(s_shape);
        Assert.AreEqual(parameters, network.parameters().Sum(p => p.numel()));
        Assert.AreEqual(millions, (long)(Execution.NetworkCost.Of(network, s_shape).MultiplyAdds!.Value / 1e6));
        CollectionAssert.AreEquivalent((string[])["whiten.weight", .. from block in Enumerable.Range(1, 3)
            from norm in Enumerable.Range(1, 2) select $"block{block}.norm{norm}.weight"],
            network.named_parameters().Where(p => !p.parameter.requires_grad).Select(p => p.name).ToArray());
    }

    /// <summary>Protects that there is one recipe: the preset, the network's own defaults, and the options of Trainers.CifarSpeed.</summary>
    [TestMethod]
    public void The_options_begin_as_the_recipe()
    {
        var (preset, own) = (TrainingPreset.Find("cifar_speed").Apply(new CnnOptions()), new CifarSpeedOptions());
        var defaults = CifarSpeed.Create().Training;
        Assert.AreEqual((defaults.BatchSize, defaults.LearningRate, defaults.WeightDecay), (preset.BatchSize, preset.LearningRate, preset.WeightDecay));
        Assert.AreEqual(((int?)null, (double?)null, (double?)null, (int?)null), (own.BatchSize, own.LearningRate, own.WeightDecay, own.Epochs));
        Assert.AreEqual(0.0153 / 11.5, defaults.WeightDecay, 1e-5, "the paper's decay, decoupled, over its rate");
        Assert.AreEqual(11.5 / (1 + 1 / (1 - preset.Momentum)), defaults.LearningRate, 1e-9);
        Assert.AreEqual(preset.ToSettings(defaults, 1) with { Seed = 1 }, own.ToSettings(defaults, 1) with { Seed = 1 }, new Same());
        OptionsValidation.Check(preset);
    }

    private static List<double> Train(Module<Tensor, Tensor> network, Tensor images, Tensor labels)
    {
        var options = new CifarSpeedOptions { BatchSize = Batch, LearningRate = 1.5, WeightDecay = 0.0153 / 11.5, Epochs = 10 };
        var settings = options.ToSettings(CifarSpeed.Create().Training, environmentSeed: 1).Optimization;
        var loss = new TrainingLoss(ClassificationLoss.CrossEntropy, settings.LabelSmoothing, null, usesExampleWeights: false);
        var subject = new TrainingSubject(network, s_shape, loss, CPU, ScalesLoss: false, Stages: null);
        using var optimizer = Optimizers.Create(settings, subject.Groups(), subject.NormBiases());
        using var slow = new SlowWeights(network, settings.Lookahead!);
        using var update = GradientUpdate.Create(optimizer, settings, average: null, scaling: null, reduction: null, slow: slow);
        var losses = new List<double>();
        network.train();
        for (var step = 0; step < Steps; step++)
        {
            using var scope = NewDisposeScope();
            network.get_parameter("whiten.bias")!.requires_grad = step < WhitenSteps;
            slow.Done = (step + 1.0) / Steps;
            var from = step * Batch % images.size(0);
            update.Begin();
            var mean = loss.Of(network.forward(images.narrow(0, from, Batch)), labels.narrow(0, from, Batch), ones(Batch, float64));
            losses.Add(mean.ToDouble());
            update.Add(mean, () => throw new InvalidOperationException(), settings.LearningRate * settings.Schedule.Factor(step, Steps));
        }
        return losses;
    }

    // Neighboring pixels go together, as in photos.
    private static Tensor Blurred(int count, int channels = 3) =>
        functional.avg_pool2d(randn(count, channels, 34, 34), 3, stride: 1).mul(2).add(randn(count, channels, 1, 1));

    private sealed class Same : IEqualityComparer<TrainingSettings>
    {
        public bool Equals(TrainingSettings? x, TrainingSettings? y) => Text(x) == Text(y);

        public int GetHashCode(TrainingSettings settings) => Text(settings).GetHashCode(StringComparison.Ordinal);

        private static string Text(TrainingSettings? settings) => System.Text.Json.JsonSerializer.Serialize(settings, IO.JsonFormat.Options);
    }
}
