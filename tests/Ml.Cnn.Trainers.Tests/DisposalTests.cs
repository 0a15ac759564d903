using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>A model's native memory is freed when it is disposed, and not before everybody who shares the network is done.</summary>
[TestClass]
public sealed class DisposalTests
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    private readonly IDataView _data = s_mlContext.Data.GenerateDigits(60);

    /// <summary>Protects services that load one model after the other: its memory goes at once, without the garbage collector.</summary>
    [TestMethod]
    public void Disposing_a_pipeline_frees_its_native_memory()
    {
        if (!OperatingSystem.IsLinux())
            Assert.Inconclusive("resident memory is read from /proc");
        const int Width = 64_000; // 784 × 64,000 weights of 4 bytes: 191 MiB
        var model = s_mlContext.FitOwn(_data, Large);
        var pipeline = new TransformerChain<CnnTransformer>(model);
        var (before, tensors) = (ResidentMegabytes(), Tensor.TotalCount);
        pipeline.Dispose();
        Assert.IsLessThan(tensors, Tensor.TotalCount);
        Assert.IsLessThan(before - 150, ResidentMegabytes());

        static Module<Tensor, Tensor> Large(int channels, int classes) =>
            Sequential(("flatten", Flatten()), ("wide", Linear(channels * 28 * 28, Width)), ("linear", Linear(Width, classes)));
    }

    /// <summary>Protects web services: an engine that ends takes nothing from the model or from other engines.</summary>
    [TestMethod]
    public void An_engines_end_leaves_the_model_and_other_engines()
    {
        var model = s_mlContext.FitLeNet(_data);
        var digit = s_mlContext.Data.CreateEnumerable<Digit>(_data, reuseRowObject: false).First();
        var expected = Pipelines.Scores(model.Transform(_data))[0];
        using var lasting = s_mlContext.Model.CreatePredictionEngine<Digit, DigitScores>(model);
        for (var i = 0; i < 3; i++)
        {
            var engine = s_mlContext.Model.CreatePredictionEngine<Digit, DigitScores>(model);
            Assert.HasCount(10, engine.Predict(digit).Score);
            engine.Dispose();
            engine.Dispose();
        }
        CollectionAssert.AreEqual(expected, Pipelines.Scores(model.Transform(_data))[0]);
        model.Dispose(); // the engine that is left goes on
        Assert.AreEqual(10, lasting.Predict(digit).Score.Length);
        lasting.Dispose(); // what engines still held goes with the finalizer
    }

    /// <summary>Protects those who share a network: each is disposed apart.</summary>
    [TestMethod]
    public void A_shared_network_lives_until_the_last_one_is_disposed()
    {
        var model = s_mlContext.FitLeNet(_data).LastTransformer;
        var lenient = model.WithBadImages(BadImageHandling.Skip);
        var features = s_mlContext.Transforms.CnnFeatures("Features", "Image", model).Fit(_data);
        var read = model.Transform(_data);
        var expected = Pipelines.Scores(read);
        model.Dispose();
        model.Dispose();
        AssertGone(() => Pipelines.Scores(read));
        Pipelines.AssertSame(expected, Pipelines.Scores(lenient.Transform(_data)));
        Assert.AreEqual(60, features.Transform(_data).GetColumn<float[]>("Features").Count());
        var before = Tensor.TotalCount;
        lenient.Dispose();
        Assert.AreEqual(60, features.Transform(_data).GetColumn<float[]>("Features").Count());
        Assert.AreEqual(before, Tensor.TotalCount);
        features.Dispose();
        Assert.IsLessThan(before, Tensor.TotalCount);
        AssertGone(() => _ = features.Transform(_data).GetColumn<float[]>("Features").Count());
    }

    /// <summary>Protects the process: a disposed model says so wherever it is used, and what describes the model stays.</summary>
    [TestMethod]
    public void A_disposed_model_says_so()
    {
        var model = s_mlContext.FitLeNet(_data).LastTransformer;
        model.Dispose();
        AssertGone(() => model.Transform(_data));
        AssertGone(() => model.GetRowToRowMapper(_data.Schema));
        AssertGone(() => s_mlContext.Save(model));
        AssertGone(() => model.WithTestTimeAugmentation(TestTimeAugmentation.FiveCrops));
        AssertGone(() => model.FindNonFiniteLayer());
        AssertGone(() => s_mlContext.Transforms.CnnFeatures("Features", "Image", model));
        AssertGone(() => s_mlContext.FitLeNet(_data, Pipelines.Options(change: o => o.Weights = InitialWeights.From(model))));
        Assert.AreEqual("lenet5", model.Architecture.Name);
        Assert.HasCount(10, model.ClassNames);
        Assert.HasCount(1, model.History);
    }

    /// <summary>Protects scoring threads from a model that is disposed beside them: they end with a sentence, not with the process.</summary>
    [TestMethod]
    public void A_model_may_be_disposed_while_others_score()
    {
        var model = s_mlContext.FitLeNet(_data).LastTransformer;
        var scored = model.Transform(s_mlContext.Data.GenerateDigits(2000));
        var scoring = Enumerable.Range(0, 2).Select(_ => Task.Run(() => Assert.ThrowsExactly<ObjectDisposedException>(() =>
        {
            while (true)
                Pipelines.Scores(scored);
        }))).ToArray();
        Thread.Sleep(100);
        model.Dispose();
        Task.WaitAll(scoring);
    }

    private static void AssertGone(Action action) =>
        StringAssert.Contains(Assert.ThrowsExactly<ObjectDisposedException>(action).Message, "The model of lenet5 was disposed");

    private static long ResidentMegabytes() => long.Parse(File.ReadLines("/proc/self/status").First(line => line.StartsWith("VmRSS", StringComparison.Ordinal))
        .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) >> 10;
}
