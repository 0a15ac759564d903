using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Ml.Cnn.Extensions;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace WebApi;

/// <summary>The addresses that answer what is in images.</summary>
internal static class PredictionEndpoints
{
    public static void MapPredictions(this WebApplication app)
    {
        var group = app.MapGroup("").AddEndpointFilter<RefusalFilter>();
        group.MapPost("/predict", PredictAsync).WithName("predict").WithSummary("Says what is in an image.")
            .WithMetadata(new DisableRequestSizeLimitAttribute()) // UploadReader knows the limits
            .Produces<PredictionAnswer>().ProducesRefusals(400, 408, 413, 415, 422, 429, 503);
        group.MapPost("/predict/batch", PredictManyAsync).WithName("predictBatch").WithSummary("Says what is in each of several images.")
            .WithMetadata(new DisableRequestSizeLimitAttribute())
            .Produces<BatchAnswer>().ProducesRefusals(400, 408, 413, 415, 429, 503);
        group.MapGet("/model", Model).WithName("model").WithSummary("What answers, and what may be sent to it.")
            .Produces<ModelAnswer>().ProducesRefusals(503);
        group.MapGet("/examples/{name}", (string name, ExampleImages examples) =>
            examples.Find(name) is { } png ? Results.Bytes(png, "image/png") : Results.NotFound()).ExcludeFromDescription();
    }

    private static async Task<IResult> PredictAsync(HttpRequest request, UploadReader reader, CnnPredictorService service, IOptions<LimitOptions> limits)
    {
        var predictor = Predictor(service);
        var images = await reader.ReadAsync(request, maximumImages: 1, limits.Value.MaximumBytes);
        if (Defect(images[0], limits.Value) is { } defect)
            throw defect;
        var prediction = await predictor.PredictAsync(images[0].Bytes, request.HttpContext.RequestAborted);
        return Results.Ok(PredictionAnswer.Of(images[0], prediction));
    }

    // A bad image among several has an error of its own, and the others are answered.
    private static async Task<IResult> PredictManyAsync(HttpRequest request, UploadReader reader, CnnPredictorService service, IOptions<LimitOptions> limits)
    {
        var predictor = Predictor(service);
        var images = await reader.ReadAsync(request, limits.Value.MaximumBatchImages, limits.Value.MaximumBatchBytes);
        var defects = images.Select(image => Defect(image, limits.Value)).ToArray();
        UploadedImage[] good = [.. images.Where((_, i) => defects[i] is null)];
        var predictions = await Task.Run(() => predictor.PredictMany([.. good.Select(image => image.Bytes)]), request.HttpContext.RequestAborted);
        var next = 0;
        return Results.Ok(new BatchAnswer([.. images.Select((image, i) => defects[i] is { } defect
            ? PredictionAnswer.Of(image, defect.Refusal, defect.Message)
            : PredictionAnswer.Of(image, predictions[next++]))]));
    }

    private static IResult Model(CnnPredictorService service, ExampleImages examples, IOptions<LimitOptions> limits)
    {
        var predictor = Predictor(service);
        return Results.Ok(new ModelAnswer(predictor.NetworkName, predictor.ClassNames, service.Status.ModelTime, limits.Value.MaximumBytes,
            limits.Value.MaximumPixels, examples.Addresses(predictor.ClassNames)));
    }

    private static CnnPredictor Predictor(CnnPredictorService service) => service.TryGetPredictor(out var predictor)
        ? predictor
        : throw new RefusalException(Refusals.NoModel, "It answers once the model is there.");

    // What can be told of a file before it is decoded.
    private static RefusalException? Defect(UploadedImage image, LimitOptions limits)
    {
        if (image.Bytes.IsEmpty)
            return new(Refusals.NoImage, "The file is empty.");
        if (!ImageFormats.Recognizes(image.Bytes.Span))
            return new(Refusals.NotAnImage, $"Its first bytes are of no format that is read: {ImageFormats.Names}.");
        try
        {
            var header = ImageFormats.ReadHeader(image.Bytes.Span);
            return (long)header.Width * header.Height <= limits.MaximumPixels ? null : new(Refusals.TooManyPixels, FormattableString.Invariant(
                $"The image has {header.Width} × {header.Height} pixels; {limits.MaximumPixels} are the limit."));
        }
        catch (ImageDecodingException e)
        {
            return new(Refusals.BadImage, e.Message);
        }
    }

    private static void ProducesRefusals(this RouteHandlerBuilder builder, params ReadOnlySpan<int> statuses)
    {
        foreach (var status in statuses)
            builder.ProducesProblem(status);
    }
}
