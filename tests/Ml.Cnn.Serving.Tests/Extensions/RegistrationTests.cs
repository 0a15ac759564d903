using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Ml.Cnn.Extensions;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Serving.Tests.Extensions;

/// <summary>Apps take their predictors from the container.</summary>
[TestClass]
public sealed class RegistrationTests
{
    /// <summary>Protects the shortest way: one line, one predictor for the whole app, which ends with it.</summary>
    [TestMethod]
    public async Task One_line_adds_a_predictor_that_lives_as_long_as_the_app()
    {
        using var folder = new TemporaryFolder();
        folder.Write("model.zip", TestModels.First);
        CnnPredictor predictor;
        await using (var app = await PredictorApp.StartAsync(builder => builder.Services.AddCnnPredictor("model.zip"), contentRoot: folder.Path))
        {
            predictor = app.Services.GetRequiredService<CnnPredictor>();
            Assert.AreSame(predictor, app.Services.CreateScope().ServiceProvider.GetRequiredService<CnnPredictor>());
            Assert.AreSame(predictor, app.Service.Predictor);
            Assert.AreEqual(TestModels.FirstAnswer, predictor.Predict(TestModels.Digits[0]).Probability);
            Assert.ContainsSingle(line => line.Contains("lenet5, 10 classes", StringComparison.Ordinal), app.Log.Of(LogLevel.Information));
            var status = app.Service.Status;
            Assert.AreEqual(Path.Join(folder.Path, "model.zip"), status.ModelPath);
            Assert.AreEqual(File.GetLastWriteTimeUtc(status.ModelPath), status.ModelTime!.Value.UtcDateTime);
            Assert.AreEqual(("lenet5", 10, 0, 256, 0, null), (status.Network, status.Classes, status.QueueLength, status.MaximumQueueLength, status.Reloads,
                status.Failure));
        }
        Assert.ThrowsExactly<ObjectDisposedException>(() => predictor.Predict(TestModels.Digits[0]));
    }

    /// <summary>Protects programs without a host, such as tests and commands: the model is loaded when it is first asked for.</summary>
    [TestMethod]
    public void A_container_without_a_host_loads_the_model_when_it_is_asked_for()
    {
        using var folder = new TemporaryFolder();
        var path = Path.Join(folder.Path, "model.zip");
        using var services = new ServiceCollection().AddCnnPredictor(path).BuildServiceProvider();
        Assert.Contains(path, Assert.ThrowsExactly<InvalidOperationException>(services.GetRequiredService<CnnPredictor>).Message);
        Assert.IsFalse(services.GetRequiredService<CnnPredictorService>().TryGetPredictor(out _));
        folder.Write("model.zip", TestModels.First);
        Assert.AreEqual(TestModels.FirstAnswer, services.GetRequiredService<CnnPredictor>().Predict(TestModels.Digits[0]).Probability);
        Assert.IsTrue(services.GetRequiredService<CnnPredictorService>().TryGetPredictor(out _));
    }

    /// <summary>Protects apps with several models: each is found under its key, by constructors too, and is told of apart.</summary>
    [TestMethod]
    public async Task Several_models_have_keys()
    {
        using var folder = new TemporaryFolder();
        var (first, second) = (folder.Write("first.zip", TestModels.First), folder.Write("second.zip", TestModels.Second));
        await using var app = await PredictorApp.StartAsync(builder =>
        {
            builder.Services.AddKeyedCnnPredictor("first", first).AddKeyedCnnPredictor("second", options => options.ModelPath = second);
            builder.Services.AddSingleton<TwoModels>();
            builder.Services.AddHealthChecks().AddCnnPredictor("first").AddCnnPredictor("second", name: "other", tags: ["ready"]);
        });
        var models = app.Services.GetRequiredService<TwoModels>();
        Assert.AreEqual(TestModels.FirstAnswer, models.First.Predict(TestModels.Digits[0]).Probability);
        Assert.AreEqual(TestModels.SecondAnswer, models.Second.Predict(TestModels.Digits[0]).Probability);
        Assert.IsNull(app.Services.GetService<CnnPredictor>());
        Assert.AreEqual(first, (await app.HealthAsync("cnn-predictor-first")).Data["model"]);
        Assert.AreEqual(second, (await app.HealthAsync("other")).Data["model"]);
        Assert.AreEqual("second", app.Services.GetRequiredKeyedService<CnnPredictorService>("second").Key);
        Assert.HasCount(2, app.Log.Of(LogLevel.Information).Where(line => line.StartsWith("The predictor '", StringComparison.Ordinal)));
    }

    /// <summary>Protects who configures by files and environment variables: every option is bound, nested ones too.</summary>
    [TestMethod]
    public async Task Options_come_from_the_configuration()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("model.zip", TestModels.First);
        await using var app = await PredictorApp.StartAsync(builder =>
        {
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["Models:Digits:ModelPath"] = path,
                ["Models:Digits:WaitForModel"] = "true",
                ["Models:Digits:ReloadOnChange"] = "false",
                ["Models:Digits:PollingInterval"] = "00:00:07",
                ["Models:Digits:SettleTime"] = "00:00:03",
                ["Models:Digits:DegradedQueueShare"] = "0.5",
                ["Models:Digits:Predictor:TopK"] = "3",
                ["Models:Digits:Predictor:MinimumProbability"] = "0.25",
                ["Models:Digits:Predictor:MaximumQueueLength"] = "17",
                ["Models:Digits:Predictor:Concurrency"] = "2",
                ["Models:Digits:Predictor:Scoring:Compile"] = "false",
            });
            builder.Services.AddCnnPredictor(builder.Configuration.GetSection("Models:Digits"));
            builder.Services.AddKeyedCnnPredictor("again", builder.Configuration.GetSection("Models:Digits"));
        });
        foreach (var name in (string[])["", "again"])
        {
            var options = app.Services.GetRequiredService<IOptionsMonitor<CnnPredictorServiceOptions>>().Get(name);
            Assert.AreEqual((path, true, false, TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(3), 0.5), (options.ModelPath, options.WaitForModel,
                options.ReloadOnChange, options.PollingInterval, options.SettleTime, options.DegradedQueueShare));
            Assert.AreEqual((3, 0.25f, 17, 2, false), (options.Predictor.TopK, options.Predictor.MinimumProbability, options.Predictor.MaximumQueueLength,
                options.Predictor.Concurrency, options.Predictor.Scoring!.Compile));
        }
        Assert.HasCount(3, app.Services.GetRequiredService<CnnPredictor>().Predict(TestModels.Digits[0]).Classes);
        Assert.AreEqual(17, app.Service.Status.MaximumQueueLength);
    }

    /// <summary>Protects from options that mean nothing: the app does not start, and says which one it is, of which predictor.</summary>
    [TestMethod]
    public async Task Options_are_checked_when_the_app_starts()
    {
        await Refuse("CnnPredictorServiceOptions.ModelPath", options => options.ModelPath = " ");
        await Refuse("CnnPredictorServiceOptions.PollingInterval", options => options.PollingInterval = TimeSpan.Zero);
        await Refuse("CnnPredictorServiceOptions.SettleTime", options => options.SettleTime = TimeSpan.FromHours(1));
        await Refuse("CnnPredictorServiceOptions.DegradedQueueShare", options => options.DegradedQueueShare = 80);
        await Refuse("CnnPredictorServiceOptions.Predictor", options => options.Predictor = null!);
        await Refuse("CnnPredictorOptions.TopK", options => options.Predictor.TopK = 0);

        static async Task Refuse(string name, Action<CnnPredictorServiceOptions> change)
        {
            var error = await Assert.ThrowsExactlyAsync<OptionsValidationException>(() => PredictorApp.StartAsync(builder =>
                builder.Services.AddKeyedCnnPredictor("flowers", "model.zip").AddKeyedCnnPredictor("flowers", change)));
            Assert.Contains(name, error.Message);
            Assert.Contains("'flowers'", error.Message);
        }
    }

    /// <summary>Protects a deployment with a wrong path or a damaged file: it fails at once and says why and what to do.</summary>
    [TestMethod]
    public async Task Without_a_model_the_app_does_not_start()
    {
        using var folder = new TemporaryFolder();
        var missing = Path.Join(folder.Path, "missing", "model.zip");
        var error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => PredictorApp.StartAsync(missing));
        Assert.Contains($"'{missing}' does not exist.", error.Message);
        Assert.Contains("CnnPredictorServiceOptions.ModelPath", error.Message);
        Assert.Contains("WaitForModel", error.Message);

        var damaged = folder.Write("damaged.zip", TestModels.First[..^100]);
        error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() => PredictorApp.StartAsync(damaged));
        Assert.Contains($"'{damaged}' cannot be loaded: ", error.Message);
        Assert.IsNotNull(error.InnerException);
    }

    /// <summary>Protects orchestration: a full queue shows before requests are refused.</summary>
    [TestMethod]
    public async Task A_queue_that_is_nearly_full_is_told()
    {
        using var folder = new TemporaryFolder();
        await using var app = await PredictorApp.StartAsync(folder.Write("model.zip", TestModels.First), options =>
            (options.Predictor.MaximumQueueLength, options.Predictor.Concurrency, options.DegradedQueueShare) = (4, 1, 0.5));
        var predictor = app.Services.GetRequiredService<CnnPredictor>();
        Assert.AreEqual(HealthStatus.Healthy, (await app.HealthAsync()).Status);
        predictor.Batcher.Enter(); // the network is at work
        var waiting = predictor.PredictAsync(TestModels.Digits[0]);
        await Wait.Until(() => predictor.QueueLength == 1, "a request waits");
        Assert.AreEqual(HealthStatus.Healthy, (await app.HealthAsync()).Status);
        var second = predictor.PredictAsync(TestModels.Digits[1]);
        await Wait.Until(() => predictor.QueueLength == 2, "two requests wait");
        var health = await app.HealthAsync();
        Assert.AreEqual(HealthStatus.Degraded, health.Status);
        Assert.AreEqual("2 requests wait for the network, of 4 that may.", health.Description);
        Assert.AreEqual(2, health.Data["queueLength"]);
        predictor.Batcher.Leave();
        await Task.WhenAll(waiting, second);
        Assert.AreEqual(HealthStatus.Healthy, (await app.HealthAsync()).Status);
    }

    private sealed record TwoModels([FromKeyedServices("first")] CnnPredictor First, [FromKeyedServices("second")] CnnPredictor Second);
}
