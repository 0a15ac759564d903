using Microsoft.ML;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>What single papers say of their networks, layer by layer, beyond what every network must do.</summary>
[TestClass]
public sealed class PublishedFormTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>LeCun et al. 1998, §II.B.</summary>
    [TestMethod]
    public void LeNet_of_1998_has_the_parameters_of_its_paper_layer_by_layer()
    {
        using var network = LeNet.CreateAsPublished().Build(new(1, 32, 32, 10));
        (string Layer, long Parameters)[] expected = [("c1", 156), ("s2", 12), ("c3", 1516), ("s4", 32), ("c5", 48_120), ("classifier.f6", 10_164)];
        CollectionAssert.AreEqual(expected, network.named_modules()
            .Select(child => (child.name, child.module.parameters(recurse: false).Sum(parameter => parameter.numel()))).Where(layer => layer.Item2 > 0).ToArray());

        var (name, codes) = network.named_buffers().Single();
        Assert.AreEqual("classifier.rbf.weight", name);
        Assert.AreEqual(840, codes.numel());
        Assert.IsTrue(codes.abs().eq(1).all().item<bool>());
    }

    /// <summary>Protects classes without an image: every class has a code of its own, and the first ten do not depend on how many there are.</summary>
    [TestMethod]
    public void Codes_differ_from_class_to_class()
    {
        using var scope = NewDisposeScope();
        var codes = OutputCodes.For(2000);
        Assert.IsTrue(OutputCodes.For(10).equal(codes.narrow(0, 0, 10)).all().item<bool>());
        var products = codes.matmul(codes.t()) - 84 * eye(2000); // 84 − twice the number of different components
        Assert.IsLessThan(78, products.max().item<float>());
        Assert.AreEqual(0, codes.narrow(0, 10, 1990).mean().item<float>(), 0.02f);
    }

    /// <summary>Equation 9, term by term.</summary>
    [TestMethod]
    public void The_MAP_loss_is_that_of_the_paper()
    {
        using var scope = NewDisposeScope();
        var penalties = rand(5, 10) * 20;
        var labels = tensor(new long[] { 3, 1, 4, 1, 5 });
        foreach (var j in (double[])[0.1, 1, 30])
        {
            var expected = Enumerable.Range(0, 5).Average(p => penalties[p, labels[p].item<long>()].item<float>()
                + Math.Log(Math.Exp(-j) + Enumerable.Range(0, 10).Sum(i => Math.Exp(-penalties[p, i].item<float>()))));
            Assert.AreEqual(expected, new MaximumAPosterioriLoss(j).Of(-penalties, labels).item<float>(), 1e-4);
        }
    }

    /// <summary>Protects MNIST: 28 × 28 pixels get a border of background, so that the network sees what it sees at 32 × 32.</summary>
    [TestMethod]
    public void Digits_of_28_pixels_stand_in_the_middle_of_32()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var small = LeNet.CreateAsPublished().Build(new(1, 28, 28, 10));
        using var large = LeNet.CreateAsPublished().Build(new(1, 32, 32, 10));
        ModuleState.Copy(ModuleState.Of(small), large);
        var digits = randn(3, 1, 28, 28);
        var field = full([3, 1, 32, 32], -0.1);
        field.narrow(2, 2, 28).narrow(3, 2, 28).copy_(digits);
        Assert.IsTrue(small.call(digits).allclose(large.call(field)));

        var normalization = LeNet.CreateAsPublished().Normalization;
        Assert.AreEqual(-0.1, (0 - normalization.Mean[0]) / normalization.Deviation[0], 1e-6);
        Assert.AreEqual(1.175, (1 - normalization.Mean[0]) / normalization.Deviation[0], 1e-6);
    }

    /// <summary>Protects the whole of it: the published network with its own loss and first weights learns digits.</summary>
    [TestMethod]
    public void LeNet_of_1998_learns_digits()
    {
        var model = s_mlContext.FitLeNet(s_mlContext.Data.GenerateDigits(3000, seed: 1), Pipelines.Options(epochs: 4, change: options => options.Variant = LeNetVariant.Published));
        var metrics = s_mlContext.MulticlassClassification.Evaluate(model.Transform(s_mlContext.Data.GenerateDigits(500, seed: 2)));
        Assert.IsGreaterThan(0.95, metrics.MicroAccuracy);
        Assert.AreEqual("lenet5_1998", model.LastTransformer.Architecture.Name);
    }

    /// <summary>Krizhevsky et al. 2012, §5: the biases that are 1, and the deviation of the weights.</summary>
    [TestMethod]
    public void AlexNet_of_2012_starts_as_published()
    {
        using var scope = NewDisposeScope();
        using var network = AlexNet.Create(variant: AlexNetVariant.Published).Build(new(3, 224, 224, 5));
        foreach (var (name, parameter) in network.named_parameters())
        {
            if (name.EndsWith("weight", StringComparison.Ordinal))
                Assert.AreEqual(0.01, parameter.std().item<float>(), 0.0005, name);
            else
                Assert.IsTrue(parameter.eq(name is "features.4.bias" or "features.10.bias" or "features.12.bias" or "classifier.1.bias" or "classifier.4.bias" ? 1 : 0).all().item<bool>(), name);
        }
        Tensor? first = null;
        using (new ForwardTrace((_, _, output) => first ??= output.alias()))
            network.call(zeros(1, 3, 224, 224));
        CollectionAssert.AreEqual(new long[] { 1, 96, 55, 55 }, first!.shape);
    }

    /// <summary>Protects the seam between a network and the training loop: a network's own loss is what is minimized, and auxiliary heads take part in training only.</summary>
    [TestMethod]
    public void The_loop_uses_the_networks_loss_for_every_head()
    {
        var digits = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(s_mlContext.Data.GenerateDigits(24)).Transform(s_mlContext.Data.GenerateDigits(24));
        foreach (var auxiliaryHeads in (bool[])[true, false])
        {
            var loss = new CountingLoss();
            var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1, BatchSize = 12, ValidationSet = digits };
            var model = new CnnTrainer(MlNetEnvironment.Of(s_mlContext.MulticlassClassification.Trainers), GoogLeNet.Create(auxiliaryHeads) with { Loss = loss }, options).Fit(digits);
            // Two training steps, with or without two further heads, and two batches of validation.
            Assert.AreEqual(auxiliaryHeads ? 2 * 3 + 2 : 2 + 2, loss.Calls);

            // The biases start at 0.
            var state = ModuleState.Of(model.Scorer.Network).ToDictionary();
            Assert.IsTrue(state["fc.bias"].abs().max().item<float>() > 0);
            foreach (var bias in (string[])["aux1.fc2.bias", "aux2.fc2.bias"])
                Assert.AreEqual(auxiliaryHeads, state.TryGetValue(bias, out var trained) && trained.abs().max().item<float>() > 0, bias);

            var loaded = (CnnTransformer)Pipelines.Load(s_mlContext.Save(model));
            Pipelines.AssertSame(Pipelines.Scores(model.Transform(digits)), Pipelines.Scores(loaded.Transform(digits)));
        }
    }

    /// <summary>Szegedy et al. 2014, §5, and torchvision's reference training of Inception v3.</summary>
    [TestMethod]
    public void Auxiliary_losses_have_their_published_weights()
    {
        using var scope = NewDisposeScope();
        foreach (var (architecture, size, weights) in ((Architecture, int, double[])[])[(GoogLeNet.Create(), 32, [0.3, 0.3]), (InceptionV3.Create(), 75, [0.4])])
        {
            using var network = architecture.Build(new(3, size, size, 4));
            var (logits, auxiliary) = ((IAuxiliaryHeads)network).ForwardWithAuxiliary(randn(2, 3, size, size));
            CollectionAssert.AreEqual(weights, auxiliary.Select(head => head.Weight).ToArray());
            foreach (var head in auxiliary)
                CollectionAssert.AreEqual(logits.shape, head.Logits.shape);
        }
    }

    /// <summary>Protects the options: every network that is a variant of a family can be had from the catalog's methods.</summary>
    [TestMethod]
    public void Every_variant_can_be_chosen_by_options()
    {
        var trainers = s_mlContext.MulticlassClassification.Trainers;
        string[] names =
        [
            trainers.LeNet(new LeNetOptions()).Architecture.Name,
            trainers.LeNet(new LeNetOptions { Variant = LeNetVariant.Published }).Architecture.Name,
            .. Enum.GetValues<AlexNetVariant>().Select(form => trainers.AlexNet(new AlexNetOptions { Variant = form }).Architecture.Name),
            .. ((int[])[11, 13, 16, 19]).SelectMany(depth => ((bool[])[false, true]).Select(batchNorm => trainers.Vgg(new VggOptions { Depth = depth, BatchNorm = batchNorm }).Architecture.Name)),
            trainers.Vgg(new VggOptions { Depth = 11, Variant = VggVariant.LocalResponseNorm }).Architecture.Name,
            trainers.Vgg(new VggOptions { Variant = VggVariant.Pointwise }).Architecture.Name,
            .. ((int[])[18, 34, 50, 101, 152]).Select(depth => trainers.ResNet(depth: depth).Architecture.Name),
            .. ((int[])[18, 34]).Select(depth => trainers.ResNet(new ResNetOptions { Depth = depth, Variant = ResNetVariant.Plain }).Architecture.Name),
            .. ((int[])[50, 101]).SelectMany(depth => ((ResNetVariant[])[ResNetVariant.ResNeXt, ResNetVariant.Wide]).Select(kind => trainers.ResNet(new ResNetOptions { Depth = depth, Variant = kind }).Architecture.Name)),
            trainers.ResNet(new ResNetOptions { Depth = 101, Variant = ResNetVariant.ResNeXt, Groups = 64 }).Architecture.Name,
            .. ((int[])[20, 32, 44, 56, 110]).Select(depth => trainers.ResNet(new ResNetOptions { Depth = depth, Variant = ResNetVariant.Cifar }).Architecture.Name),
            .. ((int[])[20, 32, 44, 56]).Select(depth => trainers.ResNet(new ResNetOptions { Depth = depth, Variant = ResNetVariant.PlainCifar }).Architecture.Name),
            trainers.GoogLeNet().Architecture.Name,
            trainers.InceptionV3().Architecture.Name,
            .. ((int[])[121, 161, 169, 201]).Select(depth => trainers.DenseNet(depth: depth).Architecture.Name),
            .. ((int[])[40, 100]).Select(depth => trainers.DenseNet(new DenseNetOptions { Depth = depth, Variant = DenseNetVariant.Cifar }).Architecture.Name),
            .. Enum.GetValues<SqueezeNetVariant>().Select(variant => trainers.SqueezeNet(new SqueezeNetOptions { Variant = variant }).Architecture.Name),
            trainers.NetworkInNetwork().Architecture.Name,
        ];
        string[] families = ["LeNet", "AlexNet", "Network in Network", "VGG", "GoogLeNet", "ResNet", "ResNeXt", "Wide ResNet", "Inception v3", "SqueezeNet", "DenseNet"];
        CollectionAssert.AreEquivalent(ArchitectureCatalog.All.Where(architecture => families.Contains(architecture.Family)).Select(architecture => architecture.Name).ToArray(), names);
        Assert.IsEmpty(trainers.GoogLeNet(new GoogLeNetOptions { AuxiliaryHeads = false }).Architecture.AuxiliaryHeads);
        Assert.IsEmpty(trainers.InceptionV3(new InceptionV3Options { AuxiliaryHeads = false }).Architecture.AuxiliaryHeads);
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.LeNet(new LeNetOptions { Variant = (LeNetVariant)7 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.AlexNet(new AlexNetOptions { Variant = (AlexNetVariant)7 }));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.Vgg(new VggOptions { Variant = (VggVariant)7 }));
    }

    private sealed class CountingLoss : ClassificationLoss
    {
        public int Calls { get; private set; }

        public override Tensor Of(Tensor logits, Tensor labels)
        {
            Calls++;
            return functional.cross_entropy(logits, labels);
        }

        public override Tensor OfEach(Tensor logits, Tensor labels, Tensor? classWeights, double labelSmoothing) => throw new NotSupportedException();
    }
}
