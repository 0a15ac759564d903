using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Testing;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using BatchNorm2d = Ml.Cnn.Trainers.Layers.BatchNorm2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Sequential = Ml.Cnn.Trainers.Layers.Sequential;

namespace Ml.Cnn.Trainers.Tests.Exchange;

/// <summary>Networks of one's own as TorchScript: of every layer that there is, under any names, and what cannot be written.</summary>
[TestClass]
public sealed class OwnNetworkTests
{
    private readonly string _folder = Directory.CreateTempSubdirectory("mlcnn-exchange").FullName;

    private string File => Path.Join(_folder, "network.pt");

    [TestCleanup]
    public void DeleteFolder() => Directory.Delete(_folder, recursive: true);

    /// <summary>Protects networks of one's own: every kind of layer is written, with all that the layer says of itself.</summary>
    [TestMethod]
    public void Every_kind_of_layer_gives_the_same_values()
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        var kinds = new HashSet<string>();
        foreach (var network in EveryLayer.Networks())
        {
            using (no_grad())
                foreach (var (_, tensor) in ModuleState.Of(network).Where(entry => entry.Value.is_floating_point()))
                    tensor.uniform_(0.5, 1.5);
            kinds.UnionWith(network.modules().Append(network).OfType<ILayer>().Select(layer => layer.Kind));
            using var model = Model(network);
            Assert.IsLessThan(1e-6, model.SaveTorchScript(File).LargestDifference, network.GetName());

            using var mode = inference_mode();
            using var module = LoadedScript.Of(File, CPU);
            var images = randn(4, 6, 9, 11) * 5;
            var (expected, found) = (network.call(images).flatten(1), module.Forward(images));
            Assert.IsTrue(expected.allclose(found, 1e-5, 1e-5), $"{network.GetName()}: {(expected - found).abs().max().item<float>()} apart");
            if (ModuleState.Of(network).Count == 0)
                continue;
            using var file = WeightsFile.Read(File);
            CollectionAssert.AreEquivalent(ModuleState.Of(network).Select(entry => entry.Key).ToArray(), file.Tensors.Select(entry => entry.Key).ToArray());
        }
        CollectionAssert.AreEquivalent(typeof(LayerKinds).GetFields().Select(field => (string)field.GetRawConstantValue()!).ToArray(), kinds.ToArray());
    }

    /// <summary>Protects names: what is no word of Python's, what its language keeps for itself, and what only looks like another name.</summary>
    [TestMethod]
    public void Any_name_can_be_written()
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var network = new Sequential(("class", Inner()), ("0", Inner()), ("größe", Inner()), ("a b", Inner()), ("q\"\\", Inner()), ("_0", Inner()),
            ("images", Inner()), ("torch", Inner()), ("value_1", Inner()), ("Network", Inner()), ("state_dict", Inner()));
        using var model = Model(network);
        model.SaveTorchScript(File);
        using var module = LoadedScript.Of(File, CPU);
        var images = randn(2, 6, 9, 11);
        Assert.IsTrue(network.call(images).flatten(1).allclose(module.Forward(images)));
        using var file = WeightsFile.Read(File);
        CollectionAssert.AreEqual(ModuleState.Of(network).Select(entry => entry.Key).ToArray(), file.Tensors.Select(entry => entry.Key).ToArray());

        static Sequential Inner() => new(("lambda", new Conv2d(6, 6, 1)), ("norm", new BatchNorm2d(6)));
    }

    /// <summary>Protects shared weights: a layer that is applied twice is there once, and a file is no larger for it.</summary>
    [TestMethod]
    public void A_layer_that_is_applied_twice_has_one_set_of_weights()
    {
        using var scope = NewDisposeScope();
        using var model = Model(new Twice());
        model.SaveTorchScript(File);
        using (var file = WeightsFile.Read(File))
            Assert.HasCount(2, file.Tensors);
        model.SaveWeights(Path.Join(_folder, "network.pth"));
        Assert.IsLessThan(6 * 6 * 9 * 4 * 2L, new FileInfo(Path.Join(_folder, "network.pth")).Length);
    }

    [TestMethod]
    public void What_cannot_be_written_is_refused_by_name()
    {
        using var scope = NewDisposeScope();
        Refused<NotSupportedException>(new Sequential(("conv", new Conv2d(6, 6, 1)), ("mine", new Unknown())), "the layer mine is of the kind 'my_kind'");
        Refused<NotSupportedException>(new TorchSharpsOwn(), "fc (Conv2d)");
        Refused<NotSupportedException>(new Hidden(), "the layer conv2d is no part of the network's modules");
        Refused<NotSupportedException>(new Sequential(("training", new Conv2d(6, 6, 1))), "'training'");
        var damaged = new BatchNorm2d(6);
        using (no_grad())
            damaged.RunningVariance.fill_(float.NaN);
        Refused<InvalidOperationException>(damaged, "from the layer batch_norm2d");
    }

    /// <summary>Protects whoever gets the file: one that gives other scores is not handed over, and the one before stays.</summary>
    [TestMethod]
    public void A_file_that_gives_other_scores_is_not_saved()
    {
        using var scope = NewDisposeScope();
        System.IO.File.WriteAllText(File, "the one before");
        Refused<InvalidOperationException>(new Sequential(new Conv2d(6, 6, 1), new Liar(1)), "gives other scores than the network: on drawn images");
        Refused<InvalidOperationException>(new Sequential(new Conv2d(6, 6, 1), new Liar(double.NaN)), "NaN apart");
        Assert.AreEqual("the one before", System.IO.File.ReadAllText(File));
    }

    private void Refused<T>(Module<Tensor, Tensor> network, string why) where T : Exception
    {
        using var model = Model(network);
        var message = Assert.ThrowsExactly<T>(() => model.SaveTorchScript(File)).Message;
        StringAssert.Contains(message, "mine");
        StringAssert.Contains(message, why);
        var isLeft = Directory.GetFiles(_folder).Except([File]).Any();
        Assert.IsFalse(isLeft, "nothing is left behind");
    }

    private static CnnTransformer Model(Module<Tensor, Tensor> network) => ExchangeModels.Of(new("mine", _ => network), network, new(6, 9, 11, Classes: 3));

    private sealed class Twice : Module<Tensor, Tensor>
    {
        private readonly Conv2d conv = new(6, 6, 3, padding: 1);

        public Twice() : base(nameof(Twice)) => RegisterComponents();

        public override Tensor forward(Tensor images) => conv.call(conv.call(images));
    }

    private sealed class Unknown : Layer
    {
        public Unknown() : base("my_kind") { }

        public override LayerDescription Describe() => new(Kind);

        protected override Tensor Compute(Tensor input) => input.sin();
    }

    private sealed class Liar(double factor) : Layer(LayerKinds.ScaledTanh)
    {
        public override LayerDescription Describe() =>
            new LayerDescription(Kind).With(LayerAttributes.Amplitude, factor).With(LayerAttributes.Slope, factor);

        protected override Tensor Compute(Tensor input) => input.abs();
    }

    private sealed class Hidden : Module<Tensor, Tensor>
    {
        private readonly Conv2d[] _layers = [new(6, 6, 1)];

        public Hidden() : base(nameof(Hidden)) => RegisterComponents();

        public override Tensor forward(Tensor images) => _layers[0].call(images);
    }

    private sealed class TorchSharpsOwn : Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Conv2d fc = Conv2d(6, 6, 1);

        public TorchSharpsOwn() : base(nameof(TorchSharpsOwn)) => RegisterComponents();

        public override Tensor forward(Tensor images) => fc.call(images);
    }
}
