using System.Diagnostics;
using System.Globalization;
using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using ScoreProgram;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Tests.Architectures;

/// <summary>An <see cref="Architecture"/> of the user's own has all that a built-in one has.</summary>
[TestClass]
public sealed class OwnArchitectureTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    private static readonly Architecture s_network = new("two_convolutions", OwnNetwork.Build)
    {
        Paper = "None",
        Year = 2026,
        ImageSize = 28,
        MinimumImageSize = 14,
        Channels = 1,
        DefaultClasses = 10,
        Normalization = Normalization.Mnist,
        Training = new() { BatchSize = 32, LearningRate = 0.05, WeightDecay = 0 },
        Head = "fc",
        Stages = [["conv1"], ["conv2"], ["fc"]],
    };

    private static readonly CnnTransformer s_trained = Fit(s_network, Digits(600), o => o.Epochs = 4);

    /// <summary>Protects head transfer and freezing: with other classes only the head learns.</summary>
    [TestMethod]
    public void A_frozen_backbone_keeps_its_weights_and_a_new_head_learns()
    {
        var model = Fit(s_network, Parity(200), o => (o.Weights, o.Freeze, o.Epochs) = (s_trained, Freezing.Backbone, 2));

        CollectionAssert.AreEqual(new[] { "even", "odd" }, model.ClassNames.Order(StringComparer.Ordinal).ToArray());
        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Changed(s_trained, model));
    }

    /// <summary>Protects gradual unfreezing and rates by stage: after two of three epochs the first stage is as it was.</summary>
    [TestMethod]
    public void Stages_are_freed_one_after_the_other()
    {
        var model = Fit(s_network, Digits(64), o => (o.Weights, o.Freeze, o.Epochs) = (s_trained, Freezing.Stages, 2));
        CollectionAssert.AreEquivalent(new[] { "conv2.weight", "conv2.bias", "fc.weight", "fc.bias" }, Changed(s_trained, model));

        var rates = Fit(s_network, Digits(64), o => (o.Weights, o.Epochs, o.StageLearningRates) = (s_trained, 1, [0, 0, 1]));
        CollectionAssert.AreEquivalent(new[] { "fc.weight", "fc.bias" }, Changed(s_trained, rates));
    }

    /// <summary>Protects saved models: all that was declared comes back, and another process scores the same to the last bit.</summary>
    [TestMethod]
    public void A_saved_model_is_loaded_in_another_process()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{nameof(OwnArchitectureTests)}-{Guid.NewGuid():N}.zip");
        try
        {
            s_mlContext.Model.SaveAtomically(s_trained, null, path);
            var loaded = CnnTransformer.Find(s_mlContext.Model.Load(path, out _))!.Architecture;
            Assert.AreEqual((s_network.Name, s_network.Family, s_network.Paper, s_network.Year), (loaded.Name, loaded.Family, loaded.Paper, loaded.Year));
            Assert.AreEqual((28, 14, 1, 10), (loaded.ImageSize, loaded.MinimumImageSize, loaded.Channels, loaded.DefaultClasses));
            Assert.AreEqual((s_network.Training, s_network.Head), (loaded.Training, loaded.Head));
            Assert.AreEqual("conv1, conv2, fc", string.Join(", ", loaded.Stages.Select(stage => string.Join('+', stage))));
            CollectionAssert.AreEquivalent(s_network.Settings.ToArray(), loaded.Settings.ToArray());
            Assert.AreEqual("conv1 | conv2 | fc", loaded.Settings["stages"]);
            CollectionAssert.AreEqual(Normalization.Mnist.Mean.ToArray(), loaded.Normalization.Mean.ToArray());

            var expected = Pipelines.Scores(s_trained.Transform(s_mlContext.Data.GenerateDigits(5, seed: 2)))
                .Select(scores => Convert.ToHexString(System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(scores))).ToArray();
            CollectionAssert.AreEqual(expected, ScoreElsewhere(path, 5));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects weights trained elsewhere: a file with the network's names becomes a model with the declared preprocessing.</summary>
    [TestMethod]
    public void Weights_are_imported_by_name()
    {
        var path = Path.Combine(Path.GetTempPath(), $"{nameof(OwnArchitectureTests)}-{Guid.NewGuid():N}.safetensors");
        try
        {
            using (var file = File.Create(path))
                ModuleState.Save(s_trained.Scorer.Network, file);
            var model = s_mlContext.Model.ImportCnn(s_network, path, new() { FeatureColumnName = "Image", ClassNames = s_trained.ClassNames });

            Assert.AreEqual(1, model.Preprocessing.Channels);
            Assert.IsEmpty(Changed(s_trained, model));
            Assert.AreEqual(10, model.ClassNames.Count);
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>Protects the table of layers: a summary counts the parameters of a network that nothing was trained for.</summary>
    [TestMethod]
    public void A_summary_counts_its_parameters() =>
        Assert.AreEqual(1 * 8 * 9 + 8 + 8 * 16 * 9 + 16 + 784 * 10 + 10, CnnSummary.Of(s_network).Parameters);

    /// <summary>Protects users from a head or stages that do not fit the module: the message names what is missing.</summary>
    [TestMethod]
    public void A_declaration_that_does_not_fit_is_refused_by_name()
    {
        Assert.Contains("the head 'fcc' holds no parameter. The nearest paths are: fc,", Refused(s_network with { Head = "fcc" }));
        Assert.Contains("the stage 'conv3' holds no parameter", Refused(s_network with { Stages = [["conv1"], ["conv3"], ["conv2"], ["fc"]] }));
        Assert.Contains("to none belong: conv2.weight, conv2.bias", Refused(s_network with { Stages = [["conv1"], ["fc"]] }));
        Assert.Contains("'conv1.weight' belongs to the stages 1 and 2", Refused(s_network with { Stages = [["conv1"], ["conv1", "conv2"], ["fc"]] }));
        Assert.Contains("the head belongs to the last stage, and 'fc.weight' belongs to stage 1 of 2",
            Refused(s_network with { Stages = [["fc"], ["conv1", "conv2"]] }));
        Assert.Contains("the auxiliary head 'aux' holds no parameter", Refused(s_network with { AuxiliaryHeads = ["aux"] }));

        static string Refused(Architecture network) => Assert.ThrowsExactly<InvalidOperationException>(() => Fit(network, Digits(20))).Message;
    }

    /// <summary>Protects users from values that no network can have: refused before any data is read.</summary>
    [TestMethod]
    public void Values_outside_their_range_are_refused_by_name()
    {
        var trainers = s_mlContext.MulticlassClassification.Trainers;
        foreach (var (property, network) in ((string, Architecture)[])
        [
            ("ImageSize", s_network with { ImageSize = 0 }),
            ("MinimumImageSize", s_network with { MinimumImageSize = 29 }),
            ("Channels", s_network with { Channels = 2 }),
            ("BatchSize", s_network with { Training = new() { BatchSize = 0 } }),
            ("Head", s_network with { Head = "" }),
            ("Stages", s_network with { Stages = [["conv 1"]] }),
        ])
        {
            var refused = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.Cnn(network));
            Assert.StartsWith($"{property} of two_convolutions must be ", refused.Message);
        }
        var renamed = Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.Cnn(s_network with { Name = "ResNet18" }));
        Assert.StartsWith("Name of ResNet18 must be a name that no network of this library has", renamed.Message);
        Assert.StartsWith("A built-in network keeps its name",
            Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => trainers.Cnn(LeNet.Create() with { Name = "mine" })).Message);
        Assert.Contains("resnet18", Assert.Throws<ArgumentException>(() => new Architecture("ResNet18", OwnNetwork.Build)).Message.ToLowerInvariant());
    }

    /// <summary>Protects users from a model that cannot be loaded again: Fit says so, and the file calls nothing that is not marked.</summary>
    [TestMethod]
    public void A_method_without_the_mark_is_warned_of_and_never_called_by_a_file()
    {
        var mlContext = new MLContext(seed: 1);
        var log = mlContext.Listen();
        var model = Fit(new("unmarked", OwnNetwork.BuildUnmarked) { ImageSize = 28, Channels = 1 }, Digits(20), mlContext: mlContext);

        Assert.Contains(message => message.Contains("[CnnNetwork]") && message.Contains("BuildUnmarked"), log);
        var error = Assert.Throws<Exception>(() => Pipelines.Load(mlContext.Save(model)));
        Assert.Contains("[CnnNetwork]", error.ToString());
    }

    /// <summary>Protects users whose module changed since the model was saved: loading says what does not fit, as damage of the model.</summary>
    [TestMethod]
    public void A_saved_declaration_that_no_longer_fits_its_module_is_refused_by_name()
    {
        var settings = new Dictionary<string, string>(s_network.Settings);
        Assert.IsTrue(UserNetwork.Find(s_network.Name, settings).IsSameNetwork(s_network));
        Assert.ThrowsExactly<ArgumentOutOfRangeException>(() => FindWith("image_size", "0"));
        Assert.ThrowsExactly<FormatException>(() => FindWith("width", "1"));
        Assert.ThrowsExactly<ArgumentException>(() => UserNetwork.Find("resnet18", settings));

        var changed = FindWith("head", "fc2");
        Assert.Contains("the head 'fc2' holds no parameter", Assert.ThrowsExactly<InvalidOperationException>(() => changed.Build(new(1, 28, 28, 10))).Message);

        Architecture FindWith(string name, string text) => UserNetwork.Find(s_network.Name, new Dictionary<string, string>(settings) { [name] = text });
    }

    /// <summary>Protects built-in networks as values: <c>Cnn(LeNet.Create(…))</c> trains what <c>LeNet(…)</c> trains, to the last bit.</summary>
    [TestMethod]
    public void A_built_in_architecture_can_be_trained_as_a_value()
    {
        var byValue = Fit(LeNet.Create(LeNetActivation.Tanh), Digits(64));
        var byMethod = s_mlContext.MulticlassClassification.Trainers.LeNet(
            new LeNetOptions { Activation = LeNetActivation.Tanh, FeatureColumnName = "Image", Epochs = 1, Seed = 5 }).Fit(Digits(64));

        Assert.IsTrue(byValue.Architecture.IsSameNetwork(byMethod.Architecture));
        Assert.IsFalse(byValue.Architecture.IsSameNetwork(LeNet.Create()));
        Assert.IsEmpty(Changed(byValue, byMethod));
    }

    private static IDataView Digits(int count)
    {
        var digits = s_mlContext.Data.GenerateDigits(count);
        return s_mlContext.Transforms.Conversion.MapValueToKey("Label", keyOrdinality: Microsoft.ML.Transforms.ValueToKeyMappingEstimator.KeyOrdinality.ByValue)
            .Fit(digits).Transform(digits);
    }

    private static IDataView Parity(int count)
    {
        var digits = s_mlContext.Data.GenerateDigits(count);
        var parity = Enumerable.Range(0, 10).Select(d => new KeyValuePair<string, string>($"{d}", d % 2 == 0 ? "even" : "odd"));
        var conversion = s_mlContext.Transforms.Conversion;
        return conversion.MapValue("Label", parity).Append(conversion.MapValueToKey("Label")).Fit(digits).Transform(digits);
    }

    private static CnnTransformer Fit(Architecture network, IDataView data, Action<CnnOptions>? change = null, MLContext? mlContext = null)
    {
        var options = new CnnOptions { FeatureColumnName = "Image", Epochs = 1, Seed = 5 };
        change?.Invoke(options);
        return (mlContext ?? s_mlContext).MulticlassClassification.Trainers.Cnn(network, options).Fit(data);
    }

    private static string[] Changed(CnnTransformer before, CnnTransformer after)
    {
        using var scope = NewDisposeScope();
        var old = ModuleState.Of(before.Scorer.Network).ToDictionary();
        return
        [
            .. ModuleState.Of(after.Scorer.Network)
                .Where(pair => !pair.Value.shape.SequenceEqual(old[pair.Key].shape) || !pair.Value.allclose(old[pair.Key], rtol: 0, atol: 0))
                .Select(pair => pair.Key),
        ];
    }

    private static string[] ScoreElsewhere(string model, int count)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        var program = Path.Combine(AppContext.BaseDirectory, "ScoreProgram.dll");
        foreach (var argument in (string[])["exec", program, model, count.ToString(CultureInfo.InvariantCulture), ""])
            start.ArgumentList.Add(argument);
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.AreEqual(0, process.ExitCode, errors.Result);
        return output.Split(['\r', '\n'], StringSplitOptions.RemoveEmptyEntries);
    }
}
