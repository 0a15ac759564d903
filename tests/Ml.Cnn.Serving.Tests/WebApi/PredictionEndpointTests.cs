using System.Text.Json;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Serving.Tests.WebApi;

/// <summary>The sample answers over HTTP as the predictor does.</summary>
[TestClass]
public sealed class PredictionEndpointTests
{
    /// <summary>Protects clients of all kinds: a body that is an image and a form with one get the predictor's answer.</summary>
    [TestMethod]
    public async Task One_image_is_answered_as_a_body_and_in_a_form()
    {
        await using var api = await RunningWebApi.StartAsync("Predictor:Predictor:TopK=3");
        for (var i = 0; i < 5; i++)
        {
            var expected = api.Service.Predictor.Predict(TestModels.Digits[i]);
            AssertIs(expected, await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[i])), file: null);
            AssertIs(expected, await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[i], "IMAGE/x-whatever; a=b")), file: null);
            AssertIs(expected, await RunningWebApi.JsonAsync(await api.PostFormAsync("/predict", ("weiß 1.png", TestModels.Digits[i]))), "weiß 1.png");
        }
    }

    /// <summary>Protects who sends many images at once: each has its answer, in order, and a bad one harms no other.</summary>
    [TestMethod]
    public async Task Several_images_are_answered_in_their_order()
    {
        await using var api = await RunningWebApi.StartAsync("Limits:MaximumPixels=2000");
        var large = BadImages.Blank(100, 100);
        var answer = await RunningWebApi.JsonAsync(await api.PostFormAsync("/predict/batch", ("0.png", TestModels.Digits[0]),
            ("text.png", "text"u8.ToArray()), ("1.png", TestModels.Digits[1]), ("cut.png", TestModels.Digits[2][..100]), ("large.png", large),
            ("empty.png", []), ("3.png", TestModels.Digits[3])));
        var predictions = answer.GetProperty("predictions").EnumerateArray().ToArray();
        Assert.HasCount(7, predictions);
        AssertIs(api.Service.Predictor.Predict(TestModels.Digits[0]), predictions[0], "0.png");
        AssertIs(api.Service.Predictor.Predict(TestModels.Digits[1]), predictions[2], "1.png");
        AssertIs(api.Service.Predictor.Predict(TestModels.Digits[3]), predictions[6], "3.png");
        foreach (var (index, code) in (ReadOnlySpan<(int, string)>)[(1, "not-an-image"), (3, "bad-image"), (4, "too-many-pixels"), (5, "no-image")])
        {
            Assert.AreEqual(code, predictions[index].GetProperty("error").GetProperty("code").GetString());
            Assert.AreNotEqual("", predictions[index].GetProperty("error").GetProperty("detail").GetString());
            Assert.AreEqual(JsonValueKind.Null, predictions[index].GetProperty("label").ValueKind);
        }
        var raw = await RunningWebApi.JsonAsync(await api.Client.PostAsync("/predict/batch", RunningWebApi.Body(TestModels.Digits[0], "image/png")));
        AssertIs(api.Service.Predictor.Predict(TestModels.Digits[0]), raw.GetProperty("predictions")[0], file: null);
    }

    /// <summary>Protects the page and other clients: they can ask what answers, and what may be sent.</summary>
    [TestMethod]
    public async Task The_model_and_its_limits_are_told()
    {
        await using var api = await RunningWebApi.StartAsync();
        var model = await RunningWebApi.JsonAsync(await api.Client.GetAsync("/model"));
        Assert.AreEqual("lenet5", model.GetProperty("network").GetString());
        CollectionAssert.AreEqual(api.Service.Predictor.ClassNames.ToArray(), model.GetProperty("classes").Deserialize<string[]>());
        Assert.AreEqual(10 << 20, model.GetProperty("maximumBytes").GetInt32());
        var examples = model.GetProperty("examples").Deserialize<string[]>()!;
        Assert.HasCount(10, examples);
        using var image = MLImage.CreateFromStream(new MemoryStream(await api.Client.GetByteArrayAsync(examples[7])));
        Assert.AreEqual((28, 28), (image.Width, image.Height));
    }

    /// <summary>Protects clients that are generated: the OpenAPI document describes addresses, bodies, answers and refusals.</summary>
    [TestMethod]
    public async Task The_OpenAPI_document_describes_the_service()
    {
        await using var api = await RunningWebApi.StartAsync();
        var document = await RunningWebApi.JsonAsync(await api.Client.GetAsync("/openapi/v1.json"));
        Assert.StartsWith("3.", document.GetProperty("openapi").GetString());
        var paths = document.GetProperty("paths");
        CollectionAssert.AreEquivalent(new[] { "/predict", "/predict/batch", "/model" }, paths.EnumerateObject().Select(path => path.Name).ToArray());
        foreach (var path in (string[])["/predict", "/predict/batch"])
        {
            var operation = paths.GetProperty(path).GetProperty("post");
            CollectionAssert.AreEquivalent(new[] { "image/*", "multipart/form-data" },
                operation.GetProperty("requestBody").GetProperty("content").EnumerateObject().Select(type => type.Name).ToArray());
            var responses = operation.GetProperty("responses");
            Assert.IsTrue(responses.GetProperty("200").GetProperty("content").TryGetProperty("application/json", out _));
            foreach (var status in (string[])["400", "408", "413", "415", "429", "503"])
                Assert.IsTrue(responses.GetProperty(status).GetProperty("content").TryGetProperty("application/problem+json", out _), $"{path}: {status}");
        }
    }

    /// <summary>Protects a service from a pause: while its model is swapped ten times, no request fails, and each has one of the two models' answers.</summary>
    [TestMethod]
    public async Task The_model_is_swapped_without_a_failed_request()
    {
        await using var api = await RunningWebApi.StartAsync();
        using var stop = new CancellationTokenSource();
        var answers = 0;
        var clients = Enumerable.Range(0, 3).Select(_ => Task.Run(async () =>
        {
            while (!stop.IsCancellationRequested)
            {
                var answer = await RunningWebApi.JsonAsync(await api.PostAsync(TestModels.Digits[0]));
                var probability = answer.GetProperty("classes")[0].GetProperty("probability").GetSingle();
                Assert.IsTrue(probability == TestModels.FirstAnswer || probability == TestModels.SecondAnswer, "the answer is neither model's");
                Interlocked.Increment(ref answers);
            }
        })).ToArray();
        for (var swap = 1; swap <= 10; swap++)
        {
            var before = Volatile.Read(ref answers);
            TestModels.Replace(api.ModelPath, swap % 2 == 0 ? TestModels.First : TestModels.Second);
            await Wait.Until(() => api.Service.Status.Reloads == swap && Volatile.Read(ref answers) > before + 20, $"model {swap} answers");
        }
        await stop.CancelAsync();
        await Task.WhenAll(clients);
        Assert.IsNull(api.Service.Status.Failure);
    }

    private static void AssertIs(CnnPrediction expected, JsonElement answer, string? file)
    {
        Assert.AreEqual(expected.Label, answer.GetProperty("label").GetString());
        Assert.AreEqual(file, answer.GetProperty("file").GetString());
        Assert.AreEqual(JsonValueKind.Null, answer.GetProperty("error").ValueKind);
        var classes = answer.GetProperty("classes").EnumerateArray().ToArray();
        Assert.HasCount(expected.Classes.Count, classes);
        for (var i = 0; i < classes.Length; i++)
        {
            Assert.AreEqual(expected.Classes[i].Label, classes[i].GetProperty("label").GetString());
            Assert.AreEqual(expected.Classes[i].Probability, classes[i].GetProperty("probability").GetSingle(), 1e-6f);
        }
    }
}
