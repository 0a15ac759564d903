using Ml.Cnn.Trainers;

namespace WebApi;

/// <summary>What the service says of an image.</summary>
/// <param name="File">The file's name, where the client gave one.</param>
/// <param name="Label">The most probable class; null where no class is probable enough, or there is an error.</param>
/// <param name="Classes">The most probable classes, best first.</param>
/// <param name="Error">In a batch: why the image could not be used.</param>
internal sealed record PredictionAnswer(string? File, string? Label, IReadOnlyList<CnnClassProbability> Classes, PredictionError? Error)
{
    public static PredictionAnswer Of(UploadedImage image, CnnPrediction prediction) => prediction.Defect is { } defect
        ? Of(image, Refusals.BadImage, defect)
        : new(image.Name, prediction.Label, prediction.Classes, Error: null);

    public static PredictionAnswer Of(UploadedImage image, Refusal refusal, string detail) =>
        new(image.Name, Label: null, Classes: [], new(refusal.Code, detail));
}

/// <summary>Why an image of a batch could not be used.</summary>
/// <param name="Code">The code that a refusal of this image alone would have.</param>
/// <param name="Detail">What is wrong with it.</param>
internal sealed record PredictionError(string Code, string Detail);

/// <summary>What the service says of several images, in their order.</summary>
internal sealed record BatchAnswer(IReadOnlyList<PredictionAnswer> Predictions);

/// <summary>What answers.</summary>
internal sealed record ModelAnswer(string Network, IReadOnlyList<string> Classes, DateTimeOffset? Time, int MaximumBytes, int MaximumPixels,
    IReadOnlyList<string> Examples);
