using System.Collections.Concurrent;
using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Layers.Parallel;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>AlexNet in the two columns of its paper.</summary>
[TestClass]
public sealed class AlexNetColumnsTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    private static readonly NetworkShape s_shape = new(3, 67, 67, 5);

    /// <summary>Krizhevsky et al. 2012, §3.3, §3.5 and figure 2: what each column computes, and what it sees of the other.</summary>
    [TestMethod]
    public void Columns_compute_what_the_paper_says()
    {
        using var scope = NewDisposeScope();
        using var network = Build(seed: 5);
        network.eval();
        var weights = ModuleState.Of(network).ToDictionary();
        var images = randn(2, 3, 67, 67);
        var maps = Grouped(images, "lower", 0, groups: 1, stride: 4, padding: 2);
        maps = functional.max_pool2d(Normalized(maps), 3, 2);
        maps = Grouped(maps, "lower", 4, groups: 2, stride: 1, padding: 2);
        maps = functional.max_pool2d(Normalized(maps), 3, 2);
        maps = Grouped(maps, "upper", 0, groups: 1, stride: 1, padding: 1); // sees both
        maps = Grouped(maps, "upper", 2, groups: 2, stride: 1, padding: 1);
        maps = Grouped(maps, "upper", 4, groups: 2, stride: 1, padding: 1);
        maps = functional.adaptive_avg_pool2d(functional.max_pool2d(maps, 3, 2), 6).flatten(1);
        var hidden = functional.relu(functional.linear(maps, Both("hidden1", "0.weight"), Both("hidden1", "0.bias")));
        hidden = functional.relu(functional.linear(hidden, Both("hidden2", "0.weight"), Both("hidden2", "0.bias")));
        var expected = functional.linear(hidden, weights["classifier.weight"], weights["classifier.bias"]);
        var difference = (network.call(images) - expected).abs().max().item<float>();
        Assert.IsLessThan(1e-4f * expected.abs().max().item<float>(), difference);

        Tensor Both(string part, string name) => cat([weights[$"{part}.0.{name}"], weights[$"{part}.1.{name}"]], 0);

        Tensor Grouped(Tensor input, string part, int layer, int groups, int stride, int padding) => functional.relu(functional.conv2d(input,
            Both(part, $"{layer}.weight"), Both(part, $"{layer}.bias"), [stride, stride], [padding, padding], groups: groups));

        static Tensor Normalized(Tensor both) =>
            cat([.. both.chunk(2, 1).Select(column => functional.local_response_norm(column, 5, 5 * 1e-4, 0.75, 2))], 1);
    }

    /// <summary>Protects training in two teams of threads: outputs, and gradients of weights and images, are those of one column after the other.</summary>
    [TestMethod]
    [DataRow(ScalarType.Float32, 1e-5)]
    [DataRow(ScalarType.BFloat16, 0.02)] // rounded to eight bits, in another order
    public void Teams_of_threads_compute_what_one_column_after_the_other_computes(ScalarType type, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var network = Build(seed: 7);
        foreach (var layer in network.modules().OfType<Trainers.Layers.IComputesIn>())
            layer.ComputeType = type == ScalarType.Float32 ? null : type;
        network.train();
        var threads = new ConcurrentDictionary<string, int>();
        foreach (var (name, module) in network.named_modules().Where(one => one.name is "lower.0" or "lower.1"))
            ((Module<Tensor, Tensor>)module).register_forward_hook((_, _, output) =>
            {
                threads[name] = Environment.CurrentManagedThreadId;
                return output;
            });
        var images = randn(4, 3, 67, 67);
        var one = Pass();
        Assert.AreEqual(threads["lower.0"], threads["lower.1"]);
        using (((IModelParallel)network).Spread(CPU, threads: 2))
        {
            for (var again = 0; again < 2; again++)
            {
                var other = Pass();
                Assert.AreNotEqual(threads["lower.0"], threads["lower.1"]);
                foreach (var (name, expected) in one)
                {
                    var largest = expected.abs().max().item<float>();
                    Assert.IsGreaterThan(0, largest, name);
                    Assert.IsLessThan(tolerance, (other[name] - expected).abs().max().item<float>() / largest, name);
                }
            }
        }
        Pass();
        Assert.AreEqual(threads["lower.0"], threads["lower.1"], "the teams are gone");

        Dictionary<string, Tensor> Pass()
        {
            network.zero_grad();
            var input = images.clone().requires_grad_();
            var output = network.call(input).to(float32);
            functional.cross_entropy(output, tensor(new long[] { 0, 1, 2, 3 })).backward();
            var all = network.named_parameters().ToDictionary(one => one.name, one => one.parameter.grad!.clone());
            all["images"] = input.grad!;
            all["output"] = output.detach();
            return all;
        }
    }

    /// <summary>Protects frozen columns, which have no way back, and what stands behind a failure in a team.</summary>
    [TestMethod]
    public void Frozen_columns_and_failures_pass_through_teams()
    {
        using var scope = NewDisposeScope();
        using var network = Build(seed: 9);
        network.train();
        foreach (var (name, parameter) in network.named_parameters())
            parameter.requires_grad = !name.StartsWith("lower", StringComparison.Ordinal) && !name.StartsWith("upper.1", StringComparison.Ordinal);
        using var spread = ((IModelParallel)network).Spread(CPU, threads: 2);
        network.call(randn(2, 3, 67, 67)).sum().backward();
        foreach (var (name, parameter) in network.named_parameters())
            Assert.AreEqual(parameter.requires_grad, parameter.grad is not null, name);
        Assert.Throws<Exception>(() => network.call(randn(2, 4, 67, 67)), "four channels");
        network.call(randn(2, 3, 67, 67)).sum().backward();

        using var teams = new ThreadTeams(count: 3, threads: 1);
        var seen = new ConcurrentBag<int>();
        Assert.ThrowsExactly<NotSupportedException>(() => teams.Run(team =>
        {
            seen.Add(team);
            if (team == 1)
                throw new NotSupportedException();
        }));
        CollectionAssert.AreEquivalent(new[] { 0, 1, 2 }, seen.ToArray());
    }

    /// <summary>Protects the whole way: trained in columns, saved, loaded, and scored on one device.</summary>
    [TestMethod]
    public void Columns_are_trained_saved_and_loaded()
    {
        var digits = s_mlContext.Data.GenerateDigits(48);
        var keyed = s_mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(digits).Transform(digits);
        var model = s_mlContext.MulticlassClassification.Trainers.AlexNet(new AlexNetOptions
        {
            FeatureColumnName = "Image",
            Variant = AlexNetVariant.Published,
            ModelParallel = true,
            Epochs = 2,
            BatchSize = 16,
            ImageSize = 63,
            Channels = 1,
            NetworkThreads = 2,
        }).Fit(keyed);
        Assert.AreEqual("alexnet_2012", model.Architecture.Name);
        Assert.AreEqual("true", model.Architecture.Settings["model_parallel"]);
        Assert.IsTrue(double.IsFinite(model.History[^1].Loss));
        Assert.AreNotEqual(model.History[0].Loss, model.History[1].Loss);
        var loaded = (CnnTransformer)Pipelines.Load(s_mlContext.Save(model));
        Pipelines.AssertSame(Pipelines.Scores(model.Transform(keyed)), Pipelines.Scores(loaded.Transform(keyed)));
        Assert.IsFalse(AlexNet.Create(variant: AlexNetVariant.Published).Settings.ContainsKey("model_parallel"));

        var error = Assert.ThrowsExactly<ArgumentException>(() => s_mlContext.MulticlassClassification.Trainers
            .AlexNet(new AlexNetOptions { FeatureColumnName = "Image", ModelParallel = true }));
        StringAssert.Contains(error.Message, "Published");
        Assert.ThrowsExactly<ArgumentException>(() => AlexNet.Create(variant: AlexNetVariant.Ungrouped, modelParallel: true));
    }

    private static Module<Tensor, Tensor> Build(int seed)
    {
        manual_seed(seed);
        return AlexNet.Create(dropout: 0, AlexNetVariant.Published, modelParallel: true).Build(s_shape);
    }
}
