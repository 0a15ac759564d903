using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Ml.Cnn.Serving.Tests.WebApi;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Serving.Tests.Snippets;

/// <summary>The code that docs/serving.md quotes, run as it stands there.</summary>
[TestClass]
public sealed class ServingSnippets
{
    [TestMethod]
    public async Task An_app_with_a_predictor_answers()
    {
        using var folder = new TemporaryFolder();
        folder.Write("model.zip", TestModels.First);
        string[] args = ["--urls=http://127.0.0.1:0", $"--contentRoot={folder.Path}", "--Logging:LogLevel:Default=Error"];
        // snippet: add-predictor
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddCnnPredictor("model.zip");
        builder.Services.AddHealthChecks().AddCnnPredictor();

        var app = builder.Build();
        app.MapHealthChecks("/health");
        app.MapPost("/predict", async (HttpRequest request, CnnPredictor predictor) =>
            (await predictor.PredictAsync(request.Body, request.HttpContext.RequestAborted)).Classes);
        // end snippet
        await using (app)
        {
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
            Assert.AreEqual("Healthy", await client.GetStringAsync("/health"));
            var answer = await RunningWebApi.JsonAsync(await client.PostAsync("/predict", RunningWebApi.Body(TestModels.Digits[0], "image/png")));
            Assert.AreEqual(TestModels.FirstAnswer, answer[0].GetProperty("probability").GetSingle(), 1e-6f);
        }
    }

    [TestMethod]
    public async Task An_app_with_two_predictors_answers()
    {
        using var folder = new TemporaryFolder();
        folder.Write("flowers.zip", TestModels.First);
        folder.Write("birds.zip", TestModels.Second);
        var builder = WebApplication.CreateBuilder(["--urls=http://127.0.0.1:0", $"--contentRoot={folder.Path}", "--Logging:LogLevel:Default=Error",
            "--Flowers:ModelPath=flowers.zip"]);
        // snippet: add-keyed-predictors
        builder.Services.AddKeyedCnnPredictor("flowers", builder.Configuration.GetSection("Flowers")); // { "ModelPath": "flowers.zip", … }
        builder.Services.AddKeyedCnnPredictor("birds", options =>
        {
            options.ModelPath = "birds.zip";
            options.PollingInterval = TimeSpan.FromSeconds(10); // on a network mount
            options.Predictor.MinimumProbability = 0.05f;
        });
        builder.Services.AddHealthChecks().AddCnnPredictor("flowers").AddCnnPredictor("birds");

        var app = builder.Build();
        app.MapPost("/birds", async (HttpRequest request, [FromKeyedServices("birds")] CnnPredictor predictor) =>
            (await predictor.PredictAsync(request.Body)).Label ?? "I do not know");
        // end snippet
        await using (app)
        {
            await app.StartAsync();
            using var client = new HttpClient { BaseAddress = new(app.Urls.Single()) };
            var answer = await client.PostAsync("/birds", RunningWebApi.Body(TestModels.Digits[0], "image/png"));
            Assert.AreEqual(app.Services.GetRequiredKeyedService<CnnPredictor>("birds").Predict(TestModels.Digits[0]).Label,
                await answer.Content.ReadAsStringAsync());
        }
    }
}
