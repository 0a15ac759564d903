using System.Globalization;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>Holds every network of the catalogue to the same rules. What needs no numbers is checked on torch's meta device, which takes no memory.</summary>
[TestClass]
[DoNotParallelize]
public sealed class ArchitectureTests
{
    private const int Classes = 3;

    public static IEnumerable<string[]> Networks() => ArchitectureCatalog.All.Select(architecture => new[] { architecture.Name });

    // The first network of each family: the others differ in depth and width only.
    public static IEnumerable<string[]> Families() => ArchitectureCatalog.All.GroupBy(architecture => architecture.Family).Select(family => new[] { family.First().Name });

    // A step makes weights and gradients, which takes a large network seconds and gigabytes; its smaller relatives have the same layers.
    public static IEnumerable<string[]> NetworksForAStep()
    {
        var names = new List<string[]>();
        OnMeta(() =>
        {
            foreach (var architecture in ArchitectureCatalog.All)
            {
                using var network = Build(architecture, Classes);
                if (network.parameters().Sum(parameter => parameter.numel()) < 30_000_000 || Families().Any(family => family[0] == architecture.Name))
                    names.Add([architecture.Name]);
            }
        });
        return names;
    }

    [TestMethod]
    [DynamicData(nameof(NetworksForAStep))]
    public void A_step_at_the_smallest_size_reaches_every_parameter_and_a_trace_sees_every_layer(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize;
        using var scope = NewDisposeScope();
        using var network = architecture.Build(new(3, size, size, Classes));
        var images = randn(4, 3, size, size);
        var labels = tensor(new long[] { 0, 1, 2, 0 });

        network.train();
        var loss = functional.cross_entropy(network.call(images), labels);
        Assert.IsTrue(float.IsFinite(loss.item<float>()), "loss");
        loss.backward();
        foreach (var (path, parameter) in network.named_parameters())
        {
            Assert.IsNotNull(parameter.grad, path);
            Assert.IsTrue(float.IsFinite(parameter.grad.sum().item<float>()), path);
        }

        network.eval();
        using var mode = inference_mode();
        var seen = new List<ILayer>();
        Tensor output;
        using (new ForwardTrace((layer, _, _) => seen.Add(layer)))
            output = network.call(images);
        Assert.IsTrue(output.isfinite().all().item<bool>(), "output in evaluation");
        // In-place layers write no output over their inputs under a trace; the results are the same.
        Assert.IsTrue(output.allclose(network.call(images), 1e-4, 1e-5));

        var layers = network.named_modules().Where(child => child.module is ILayer).ToArray();
        foreach (var (path, module) in layers)
            Assert.Contains((ILayer)module, seen, path);
        foreach (var (path, module) in network.named_modules().Except(layers))
            Assert.IsNotEmpty(module.named_children(), $"{path} is neither a layer nor made of layers");
        Assert.AreEqual(layers.Count(child => child.module is Trainers.Layers.Conv2d), seen.Count(layer => layer.Kind == "conv2d"));
    }

    [TestMethod]
    [DynamicData(nameof(Families))]
    public void Images_may_be_gray_transparent_oblong_and_larger(string name)
    {
        var architecture = ArchitectureCatalog.Find(name);
        var size = architecture.MinimumImageSize;
        foreach (var (channels, height, width) in ((int, int, int)[])[(1, size, size + 9), (4, size + 22, size)])
        {
            using var scope = NewDisposeScope();
            using var network = architecture.Build(new(channels, height, width, Classes));
            var images = randn(2, channels, height, width);
            foreach (var training in (bool[])[true, false])
            {
                network.train(training);
                using var mode = inference_mode();
                CollectionAssert.AreEqual(new long[] { 2, Classes }, network.call(images).shape);
            }
        }
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
        using var network = Build(architecture, Classes);
        var reached = new HashSet<int>();
        foreach (var (parameter, _) in ModuleState.Of(network))
        {
            var stages = architecture.Stages.Count(stage => stage.Any(path => (parameter + ".").StartsWith(path + ".", StringComparison.Ordinal)));
            Assert.AreEqual(1, stages, parameter);
            reached.Add(architecture.StageOf(parameter));
            Assert.AreEqual(architecture.IsHead(parameter), architecture.StageOf(parameter) == architecture.Stages.Count - 1, parameter);
        }
        Assert.HasCount(architecture.Stages.Count, reached);

        var head = Assert.IsInstanceOfType<Trainers.Layers.Linear>(network.named_modules().Single(child => child.name == architecture.Head).module);
        Assert.AreEqual(Classes, head.Outputs);
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
        string[] others = ["lenet5", "mobilenet_v1", "shufflenet_v1", "regnet_y_128gf"];
        Assert.AreEqual(ArchitectureCatalog.All.Count(architecture => !others.Contains(architecture.Name)), compared, "every other network has its row");
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
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => AlexNet.Create(dropout: 1));
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
        foreach (var architecture in (Architecture[])[resnet, AlexNet.Create(), Vgg.Create(), LeNet.Create()])
            Assert.ThrowsExactly<FormatException>(() => architecture.With(new Dictionary<string, string> { ["colour"] = "blue" }), architecture.Name);
        foreach (var text in (string[])["", "1", "-0.1", "NaN", "half"])
            Assert.ThrowsExactly<FormatException>(() => AlexNet.Create().With(new Dictionary<string, string> { ["dropout"] = text }), text);
    }

    private static Module<Tensor, Tensor> Build(Architecture architecture, int classes) =>
        architecture.Build(new(architecture.Channels, architecture.ImageSize, architecture.ImageSize, classes));

    internal static void OnMeta(Action action)
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
