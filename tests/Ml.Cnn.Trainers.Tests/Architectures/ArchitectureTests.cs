using System.Globalization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Losses;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>Holds every network of the catalog to the same rules. What needs no numbers is checked on torch's meta device, which takes no memory.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ArchitectureTests
{
    private const int Classes = 3;

    // Threads that wait for each other cost a busy machine four times the processor time of one that works.
    private LibtorchThreads? _threads;

    [TestInitialize]
    public void UseOneThread() => _threads = LibtorchThreads.Use(1);

    [TestCleanup]
    public void UseAsManyAsBefore() => _threads?.Dispose();

    public static IEnumerable<string[]> Networks() => ArchitectureCatalog.All.Select(architecture => new[] { architecture.Name });

    // What the papers say, or follows from them, of the networks that torchvision does not have.
    private static readonly Dictionary<string, long> s_published = new()
    {
        ["lenet5"] = 61_706,
        ["lenet5_1998"] = 60_000,
        ["alexnet_2012"] = 60_965_224,
        ["alexnet_2012_ungrouped"] = 62_378_344,
        ["nin"] = 966_986,
        ["vgg11_lrn"] = 132_863_336, // vgg11's
        ["vgg16_c"] = 133_638_952, // 134 million in table 2
        ["plain18"] = 11_515_688, // resnet18 without its projections
        ["plain34"] = 21_623_848,
        ["resnet20_cifar"] = 269_722,
        ["resnet32_cifar"] = 464_154,
        ["resnet44_cifar"] = 658_586,
        ["resnet56_cifar"] = 853_018,
        ["resnet110_cifar"] = 1_727_962,
        ["plain20_cifar"] = 269_722, // option A has no parameters
        ["plain32_cifar"] = 464_154,
        ["plain44_cifar"] = 658_586,
        ["plain56_cifar"] = 853_018,
        ["densenet40_cifar"] = 1_019_722,
        ["densenet100_bc_cifar"] = 769_162,
        ["mobilenet_v1"] = 4_231_976, // 4.2 million in table 8
        ["shufflenet_v1"] = 1_865_728, // counted from table 1, unit by unit
        ["cifar_speed"] = 1_972_792, // 1.97 million in section 3.1
        ["cifar_speed95"] = 4_606_520, // counted from the published code
        ["regnet_y_128gf"] = 644_812_894, // torchvision.models.regnet_y_128gf(); it has no file in the table below
    };

    // The first network of each family and smallest size: the others differ in depth and width only.
    public static IEnumerable<string[]> Families() => ArchitectureCatalog.All
        .GroupBy(architecture => (architecture.Family, architecture.MinimumImageSize, architecture.DefaultClasses))
        .Select(family => new[] { family.First().Name });

    // A step of the largest networks takes minutes and up to thirty gigabytes. Their smaller relatives have the same layers: one of each family, in tests/all
    // those of up to 14 million weights, and all with MLCNN_TEST_LARGE=1.
    public static IEnumerable<string[]> NetworksForAStep()
    {
        if (Environment.GetEnvironmentVariable("MLCNN_TEST_LARGE") == "1")
            return Networks();
        const double MostWeightsTimesPixels = 0.7e12; // 14 million weights at 224 × 224
        var names = Families().Select(family => family[0]).ToHashSet();
        if (LongTestAttribute.IsAskedFor)
            OnMeta(AddSmall);
        return ArchitectureCatalog.All.Where(architecture => names.Contains(architecture.Name)).Select(architecture => new[] { architecture.Name });

        void AddSmall()
        {
            foreach (var architecture in ArchitectureCatalog.All)
            {
                using var network = Build(architecture, Classes);
                if (network.parameters().Sum(parameter => parameter.numel()) * Math.Pow(architecture.ImageSize, 2) < MostWeightsTimesPixels)
                    names.Add(architecture.Name);
            }
        }
    }

    /// <summary>Protects saved models, which name a network's settings: every family's names and values as they have been since format 1.</summary>
    [TestMethod]
    public void Settings_are_kept_under_the_names_that_files_have()
    {
        foreach (var (expected, architecture) in ((string, Architecture)[])
        [
            ("activation=tanh pooling=average", LeNet.Create(LeNetActivation.Tanh, LeNetPooling.Average)),
            ("", LeNet.CreateAsPublished()),
            ("dropout=0.25", AlexNet.Create(0.25)),
            ("dropout=0.25 model_parallel=true", AlexNet.Create(0.25, AlexNetVariant.Published, modelParallel: true)),
            ("dropout=0.25", NetworkInNetwork.Create(0.25)),
            ("dropout=0.25", Vgg.Create(dropout: 0.25)),
            ("auxiliary_heads=false dropout=0.25", GoogLeNet.Create(auxiliaryHeads: false, dropout: 0.25)),
            ("", ResNet.Create(50)),
            ("auxiliary_heads=false dropout=0.25", InceptionV3.Create(auxiliaryHeads: false, dropout: 0.25)),
            ("dropout=0.25", SqueezeNet.Create(dropout: 0.25)),
            ("dropout=0.25", DenseNet.Create(dropout: 0.25)),
            ("width=0.5 dropout=0.25", MobileNetV1.Create(0.5, 0.25)),
            ("groups=4 scale=0.5", ShuffleNetV1.Create(4, 0.5)),
            ("width=0.5 dropout=0.25", MobileNetV2.Create(0.5, 0.25)),
            ("", ShuffleNetV2.Create(0.5)),
            ("dropout=0.25 norm_momentum=0.1 scaled_stem=false", MnasNet.Create(0.5, 0.25, 0.1, scaledStem: false)),
            ("width=0.5 dropout=0.25", MobileNetV3.CreateSmall(0.5, 0.25)),
            ("dropout=0.2 stochastic_depth=0.2", ArchitectureCatalog.Find("efficientnet_b0")),
            ("dropout=0.3 stochastic_depth=0.1 coefficient=1.5", EfficientNet.CreateScaled(1.5, 0.3, 0.1)),
            ("", RegNet.Create()),
            ("stochastic_depth=0.25", ConvNeXt.Create(stochasticDepth: 0.25)),
        ])
        {
            Assert.AreEqual(expected, Text(architecture), architecture.Name);
            Assert.AreEqual(expected, Text(ArchitectureCatalog.Find(architecture.Name).With(architecture.Settings)), architecture.Name);
        }

        static string Text(Architecture architecture) => string.Join(' ', architecture.Settings.Select(setting => $"{setting.Key}={setting.Value}"));
    }

    /// <summary>
    /// Protects every network: it trains and scores at the size that it was designed for and at the smallest, and saved weights score the same when
    /// they are loaded.
    /// </summary>
    [TestMethod]
    [DynamicData(nameof(NetworksForAStep))]
    public void A_step_at_its_own_size_and_at_the_smallest_reaches_every_parameter_and_saved_weights_score_the_same(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var own = new NetworkShape(architecture.Channels, architecture.ImageSize, architecture.ImageSize, Classes);
        using var scope = NewDisposeScope();
        // One image is enough for batch normalization where its maps have several pixels; Inception v3's auxiliary head comes down to one.
        var count = architecture.AuxiliaryHeads.Count > 0 ? 2 : 1;
        var images = randn(count, own.Height, own.Width, own.Channels).permute(0, 3, 1, 2);
        var cost = new NetworkCost(long.MaxValue);
        using var stream = new FileStream(Path.GetTempFileName(), FileMode.Create, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
        string[] shapes;
        Tensor expected;
        using (var network = ExecutionPlan.ForTraining(CPU, cost, Precision.Auto, MemoryLayout.Auto).Prepare(architecture.Build(own)))
        {
            Step(architecture, network, images, arange(count));
            shapes = Shapes(network);
            ModuleState.Save(network, stream);
            expected = Score(network);
        }

        var smallest = own with { Height = architecture.MinimumImageSize, Width = architecture.MinimumImageSize };
        using var other = architecture.Build(smallest);
        StepAndTrace(architecture, other, smallest);

        // The weights fit images of any size, but for LeNet's; cifar_speed's last pooling is made for one size.
        using var same = Shapes(other).SequenceEqual(shapes) && architecture.Family != CifarSpeed.Create().Family ? null : architecture.Build(own);
        var loaded = same ?? other;
        stream.Position = 0;
        ModuleState.Load(loaded, stream, stream.Length);
        Assert.IsTrue(Score(loaded).equal(expected).all().item<bool>());

        static string[] Shapes(Module network) => [.. ModuleState.Of(network).Select(entry => $"{entry.Key} {string.Join("×", entry.Value.shape)}")];

        Tensor Score(Module<Tensor, Tensor> network)
        {
            ExecutionPlan.ForScoring(CPU, cost).Prepare(network).eval();
            using var mode = inference_mode();
            return network.call(images);
        }
    }

    private static void StepAndTrace(Architecture architecture, Module<Tensor, Tensor> network, NetworkShape shape)
    {
        var images = randn(4, shape.Channels, shape.Height, shape.Width);
        Step(architecture, network, images, tensor(new long[] { 0, 1, 2, 0 }));

        network.eval();
        using var mode = inference_mode();
        var seen = new List<ILayer>();
        Tensor output;
        using (new ForwardTrace((layer, _, _) => seen.Add(layer)))
            output = network.call(images);
        Assert.IsTrue(output.isfinite().all().item<bool>(), "output in evaluation");
        // In-place layers write no output over their inputs under a trace; the results are the same.
        Assert.IsTrue(output.allclose(network.call(images), 1e-4, 1e-5));
        // No smaller size would do: a layer would be left without a pixel.
        Assert.ThrowsExactly<System.Runtime.InteropServices.ExternalException>(() => network.call(randn(4, shape.Channels, shape.Height - 1, shape.Width - 1)));

        var layers = network.named_modules().Where(child => child.module is ILayer).ToArray();
        foreach (var (path, module) in layers)
            Assert.AreEqual(!architecture.AuxiliaryHeads.Any(head => path.StartsWith($"{head}.", StringComparison.Ordinal)),
                seen.Contains((ILayer)module), path);
        foreach (var (path, module) in network.named_modules().Except(layers))
            Assert.IsNotEmpty(module.named_children(), $"{path} is neither a layer nor made of layers");
        Assert.AreEqual(seen.Count, seen.Distinct().Count(layer => layer.Kind != "relu") + seen.Count(layer => layer.Kind == "relu"),
            "a layer other than ReLU runs once");
    }

    // One training step without the optimizer, with the loss and the auxiliary heads that the training loop uses.
    private static void Step(Architecture architecture, Module<Tensor, Tensor> network, Tensor images, Tensor labels)
    {
        network.train();
        var (logits, auxiliary) = network is IAuxiliaryHeads heads ? heads.ForwardWithAuxiliary(images) : (network.call(images), []);
        Assert.HasCount(architecture.AuxiliaryHeads.Count, auxiliary);
        var loss = auxiliary.Aggregate(architecture.Loss.Of(logits, labels), (sum, head) => sum + head.Weight * architecture.Loss.Of(head.Logits, labels));
        Assert.IsTrue(double.IsFinite(loss.to(float64).item<double>()), "loss");
        loss.backward();
        foreach (var (path, parameter) in network.named_parameters())
        {
            if (!parameter.requires_grad)
                continue; // frozen by the network itself
            Assert.IsNotNull(parameter.grad, path);
            Assert.IsTrue(float.IsFinite(parameter.grad.sum().item<float>()), path);
        }
    }

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Images_may_be_gray_transparent_oblong_and_larger_and_of_one_class_or_a_thousand(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize;
        foreach (var shape in (NetworkShape[])[new(1, size, size + 9, 1), new(2, size + 1, size, 2), new(4, size + 22, size, 1000)])
        {
            using var scope = NewDisposeScope();
            using var network = architecture.Build(shape);
            var images = randn(2, shape.Channels, shape.Height, shape.Width);
            foreach (var training in (bool[])[true, false])
            {
                network.train(training);
                using var mode = inference_mode();
                CollectionAssert.AreEqual(new long[] { 2, shape.Classes }, network.call(images).shape);
            }
        }
    }

    /// <summary>Protects label columns with very many classes; of the others, only the last layer's size differs (see the stages).</summary>
    [TestMethod]
    [DataRow("lenet5_1998")]
    [DataRow("squeezenet1_1")]
    [DataRow("resnet20_cifar")]
    public void Classes_may_be_a_hundred_thousand(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize;
        using var scope = NewDisposeScope();
        using var network = architecture.Build(new(3, size, size, 100_000));
        Step(architecture, network, randn(2, 3, size, size), tensor(new long[] { 0, 99_999 }));
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Smaller_images_are_refused_with_the_size_that_works(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize;
        var error = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => architecture.Build(new(3, size - 1, size, Classes)));
        StringAssert.Contains(error.Message, $"{size}×{size}");
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => architecture.Build(new(3, size, size - 1, Classes)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => architecture.Build(new(0, size, size, Classes)));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => architecture.Build(new(3, size, size, 0)));
    }

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void Every_parameter_belongs_to_one_stage_and_the_head_to_the_last(string name) => OnMeta(() =>
    {
        var architecture = ArchitectureCatalog.Find(name);
        foreach (var classes in (int[])[1, Classes, 100_000])
            CheckStages(architecture, classes);
    });

    private static void CheckStages(Architecture architecture, int classes)
    {
        using var network = Build(architecture, classes);
        var reached = new HashSet<int>();
        foreach (var (parameter, _) in ModuleState.Of(network))
        {
            var stages = architecture.Stages.Count(stage => stage.Any(path => (parameter + ".").StartsWith(path + ".", StringComparison.Ordinal)));
            Assert.AreEqual(1, stages, parameter);
            reached.Add(architecture.StageOf(parameter));
            Assert.AreEqual(architecture.IsHead(parameter), architecture.StageOf(parameter) == architecture.Stages.Count - 1, parameter);
        }
        Assert.HasCount(architecture.Stages.Count, reached);

        foreach (var head in architecture.AuxiliaryHeads.Prepend(architecture.Head))
        {
            var last = ModuleState.Of(network).Last(entry => entry.Key.StartsWith($"{head}.", StringComparison.Ordinal));
            Assert.AreEqual(classes, last.Value.shape[0], last.Key);
        }
    }

    [TestMethod]
    public void As_many_parameters_as_published_where_torchvision_has_none() => OnMeta(() =>
    {
        foreach (var (name, parameters) in s_published)
        {
            var architecture = ArchitectureCatalog.Find(name);
            using var network = Build(architecture, architecture.DefaultClasses);
            Assert.AreEqual(parameters, network.parameters().Sum(parameter => parameter.numel()), name);
        }
    });

    [TestMethod]
    public void As_many_parameters_and_layers_as_torchvision() => OnMeta(() =>
    {
        var rows = File.ReadLines(SharedData.Require("parity/architectures.csv")).Select(line => line.Split(',')).ToArray();
        var compared = 0;
        foreach (var architecture in ArchitectureCatalog.All)
        {
            if (rows.FirstOrDefault(row => row[0] == architecture.Name) is not { } row)
                continue;
            using var network = Build(architecture, classes: 1000);
            Assert.AreEqual(Number("params_computed"), network.parameters().Sum(parameter => parameter.numel()), architecture.Name);
            Assert.AreEqual(Number("state_dict_entries"), ModuleState.Of(network).Count, architecture.Name);
            Assert.AreEqual(Number("conv2d"), network.modules().OfType<Trainers.Layers.Conv2d>().Count(), architecture.Name);
            Assert.AreEqual(Number("batchnorm2d"), network.modules().OfType<Trainers.Layers.BatchNorm2d>().Count(), architecture.Name);
            Assert.AreEqual(Number("linear"), network.modules().OfType<Trainers.Layers.Linear>().Count(), architecture.Name);
            compared++;

            long Number(string column) => long.Parse(row[Array.IndexOf(rows[0], column)], CultureInfo.InvariantCulture);
        }
        Assert.AreEqual(ArchitectureCatalog.All.Count - s_published.Count, compared, "networks whose parameters no other test counts");
    });

    [TestMethod]
    [DynamicData(nameof(Networks))]
    public void The_first_convolution_takes_the_channels_that_the_images_have(string name) => OnMeta(() =>
    {
        var architecture = ArchitectureCatalog.Find(name);
        foreach (var channels in (int[])[1, 3, 4])
        {
            using var network = architecture.Build(new(channels, architecture.ImageSize, architecture.ImageSize, Classes));
            Assert.AreEqual(channels, network.modules().OfType<Trainers.Layers.Conv2d>().First().InChannels);
        }
    });

    [TestMethod]
    public void Names_are_found_in_any_case_and_unknown_ones_listed()
    {
        Assert.AreSame(ResNet.Create(50), ArchitectureCatalog.Find("ResNet50"));
        var error = Assert.ThrowsExactly<ArgumentException>(() => ArchitectureCatalog.Find("resnet51"));
        StringAssert.Contains(error.Message, "wide_resnet50_2");
        Assert.AreEqual(ArchitectureCatalog.All.Count, ArchitectureCatalog.All.Select(architecture => architecture.Name).Distinct().Count());
    }

    [TestMethod]
    public void Factories_list_what_there_is()
    {
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ResNet.Create(20)).Message, "18, 34, 50, 101, 152");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Vgg.Create(12)).Message, "11, 13, 16, 19");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ResNet.CreateNext(50, 64)).Message, "101 with 64 groups");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ResNet.CreateWide(18)).Message, "50, 101");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => Vgg.Create(16, variant: VggVariant.LocalResponseNorm)).Message,
            "depths 11");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ResNet.CreatePlain(50)).Message, "18, 34");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ResNetCifar.Create(18)).Message, "20, 32, 44, 56, 110");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => ResNetCifar.CreatePlain(110)).Message, "20, 32, 44, 56");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => DenseNet.Create(40)).Message, "121, 161, 169, 201");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => DenseNet.CreateCifar(121)).Message, "40, 100");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => SqueezeNet.Create((SqueezeNetVariant)9)).Message, "V1_0, V1_1");
        StringAssert.Contains(Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AlexNet.Create(variant: (AlexNetVariant)7)).Message, "Ungrouped");
        foreach (var create in (Func<double, Architecture>[])[
            dropout => AlexNet.Create(dropout), dropout => Vgg.Create(dropout: dropout), dropout => GoogLeNet.Create(dropout: dropout), dropout =>
            InceptionV3.Create(dropout: dropout),
            dropout => DenseNet.Create(dropout: dropout), dropout => DenseNet.CreateCifar(dropout: dropout), dropout =>
                SqueezeNet.Create(dropout: dropout), NetworkInNetwork.Create])
        {
            Assert.AreEqual("0.25", create(0.25).Settings["dropout"]);
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => create(1));
        }
        Assert.AreEqual("vgg19_bn", Vgg.Create(19, batchNorm: true).Name);
        Assert.AreEqual("resnext101_64x4d", ResNet.CreateNext(101, 64).Name);
    }

    [TestMethod]
    public void Settings_come_back_and_unknown_ones_are_refused()
    {
        Assert.AreEqual("0.25", AlexNet.Create().With(AlexNet.Create(0.25).Settings).Settings["dropout"]);
        Assert.AreEqual("0.1", Vgg.Create(11, batchNorm: false).With(Vgg.Create(dropout: 0.1).Settings).Settings["dropout"]);
        var resnet = ResNet.Create();
        Assert.AreSame(resnet, resnet.With(resnet.Settings));
        foreach (var architecture in ArchitectureCatalog.All)
        {
            Assert.ThrowsExactly<FormatException>(() => architecture.With(new Dictionary<string, string> { ["color"] = "blue" }), architecture.Name);
            Assert.AreEqual(architecture.Name, architecture.With(architecture.Settings).Name);
            CollectionAssert.AreEquivalent(architecture.Settings.ToArray(), architecture.With(architecture.Settings).Settings.ToArray(), architecture.Name);
        }
        Assert.IsEmpty(GoogLeNet.Create().With(GoogLeNet.Create(auxiliaryHeads: false).Settings).AuxiliaryHeads);
        Assert.ThrowsExactly<FormatException>(() => InceptionV3.Create().With(new Dictionary<string, string> { ["auxiliary_heads"] = "yes" }));
        foreach (var text in (string[])["", "1", "-0.1", "NaN", "half"])
            Assert.ThrowsExactly<FormatException>(() => AlexNet.Create().With(new Dictionary<string, string> { ["dropout"] = text }), text);
    }

    private static Module<Tensor, Tensor> Build(Architecture architecture, int classes) =>
        architecture.Build(new(architecture.Channels, architecture.ImageSize, architecture.ImageSize, classes));

    private static void OnMeta(Action action)
    {
        using var scope = NewDisposeScope();
        set_default_device(META);
        try
        {
            action();
        }
        finally
        {
            set_default_device(CPU);
        }
    }
}
