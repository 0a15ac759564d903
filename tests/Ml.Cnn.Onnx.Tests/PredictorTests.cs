using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.ML;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Serving;

namespace Ml.Cnn.Onnx.Tests;

/// <summary>Protects services: a predictor of an ONNX file answers as one of the trained model.zip does, under load and across reloads.</summary>
[TestClass]
public sealed class PredictorTests
{
    [ClassInitialize]
    public static void Register(TestContext _) => OnnxModel.Register(new() { Device = "cpu" });

    [TestMethod]
    public void A_predictor_of_the_file_answers_as_that_of_the_trained_pipeline_does()
    {
        var (pipeline, data) = Models.Photos;
        using var folder = new TemporaryFolder();
        using var trained = CnnPredictor.Load(Saved(folder, pipeline, data));
        using var served = CnnPredictor.Load(Exported(folder, pipeline), new() { WarmUp = true });
        Assert.AreEqual(trained.NetworkName, served.NetworkName);
        CollectionAssert.AreEqual(trained.ClassNames.ToArray(), served.ClassNames.ToArray());
        foreach (var photo in Files(data))
            Check(trained.Predict(photo), served.Predict(photo));
        var many = served.PredictMany([.. Files(data).Select(file => new ReadOnlyMemory<byte>(file)), new byte[] { 1, 2, 3 }]);
        foreach (var (expected, given) in trained.PredictMany([.. Files(data).Select(file => new ReadOnlyMemory<byte>(file))]).Zip(many))
            Check(expected, given);
        Assert.IsNotNull(many[^1].Defect);
        Assert.ThrowsExactly<BadImageException>(() => served.Predict([1, 2, 3]));
    }

    [TestMethod]
    public async Task Many_threads_get_the_answers_that_one_gets()
    {
        var (pipeline, data) = Models.Photos;
        using var folder = new TemporaryFolder();
        using var served = CnnPredictor.Load(Exported(folder, pipeline));
        var photos = Files(data);
        var alone = photos.Select(photo => served.Predict(photo)).ToArray();
        var together = await Task.WhenAll(Enumerable.Range(0, 4 * photos.Length).Select(i => served.PredictAsync(photos[i % photos.Length])));
        for (var i = 0; i < together.Length; i++)
            Check(alone[i % photos.Length], together[i]);
    }

    [TestMethod]
    public void A_predictor_goes_on_from_a_trained_model_to_a_file_and_back_while_it_is_asked()
    {
        var (pipeline, data) = Models.Digits;
        using var folder = new TemporaryFolder();
        var (zip, onnx) = (Saved(folder, pipeline, data), Exported(folder, pipeline));
        using var predictor = CnnPredictor.Load(zip);
        var digit = Models.Context.Data.CreateEnumerable<Digit>(data, reuseRowObject: false).First().Image;
        var expected = predictor.Predict(digit, 28, 28, channels: 1);
        using var stop = new CancellationTokenSource();
        var asking = Task.Run(() =>
        {
            while (!stop.IsCancellationRequested)
                Check(expected, predictor.Predict(digit, 28, 28, channels: 1));
        });
        for (var i = 0; i < 10; i++)
            predictor.Reload(i % 2 == 0 ? onnx : zip);
        stop.Cancel();
        asking.GetAwaiter().GetResult();
        predictor.Reload(onnx);
        Check(expected, predictor.Predict(digit, 28, 28, channels: 1));
        Assert.AreEqual(CnnScoringMethod.OnnxRuntime, predictor.ScoringCopies.Single().Method);
    }

    [TestMethod]
    public void A_file_that_does_not_load_leaves_the_network_that_is_there()
    {
        var (pipeline, data) = Models.Photos;
        using var folder = new TemporaryFolder();
        using var predictor = CnnPredictor.Load(Exported(folder, pipeline));
        var cut = folder.Write("cut.onnx", File.ReadAllBytes(Path.Join(folder.Path, "model.onnx"))[..5000]);
        Assert.ThrowsExactly<FormatException>(() => predictor.Reload(cut));
        _ = predictor.Predict(Files(data)[0]);
    }

    [TestMethod]
    public async Task An_app_takes_a_newer_file_when_it_is_there()
    {
        var (pipeline, data) = Models.Photos;
        using var folder = new TemporaryFolder();
        var path = Exported(folder, pipeline);
        var builder = Host.CreateEmptyApplicationBuilder(new());
        builder.Services.AddCnnPredictor(path);
        using var app = builder.Build();
        await app.StartAsync();
        var predictor = app.Services.GetRequiredService<CnnPredictor>();
        Assert.IsNull(predictor.SetCoverage);
        using var calibrated = Models.Network(pipeline).WithCalibration(new() { Coverage = 0.5, SetThreshold = 0.5 });
        calibrated.SaveAsOnnx(path);
        for (var wait = 0; predictor.SetCoverage is null && wait < 300; wait++)
            await Task.Delay(100);
        Assert.AreEqual(0.5, predictor.SetCoverage);
        _ = predictor.Predict(Files(data)[0]);
        await app.StopAsync();
    }

    /// <summary>Protects who has not read the documents: the message says what is missing.</summary>
    [TestMethod]
    public void Without_registration_the_error_says_what_to_call()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.onnx", 8, 8);
        ModelFileLoaders.Unregister(".onnx");
        try
        {
            var error = Assert.ThrowsExactly<ArgumentException>(() => CnnPredictor.Load(path));
            StringAssert.Contains(error.Message, "OnnxModel.Register()", StringComparison.Ordinal);
        }
        finally
        {
            Register(null!);
        }
    }

    private static byte[][] Files(IDataView data) =>
        [.. Models.Context.Data.CreateEnumerable<Photo>(data, reuseRowObject: false).Take(12).Select(row => row.Image)];

    private static string Saved(TemporaryFolder folder, ITransformer pipeline, IDataView data)
    {
        var path = Path.Join(folder.Path, "model.zip");
        Models.Context.Model.Save(pipeline, data.Schema, path);
        return path;
    }

    private static string Exported(TemporaryFolder folder, ITransformer pipeline)
    {
        var path = Path.Join(folder.Path, "model.onnx");
        Models.Network(pipeline).SaveAsOnnx(path);
        return path;
    }

    private static void Check(CnnPrediction expected, CnnPrediction given)
    {
        Assert.AreEqual(expected.Label, given.Label);
        Assert.AreEqual(expected.Probability, given.Probability, 1e-4f);
    }
}
