namespace Ml.Cnn.Extensions;

/// <summary>A predictor that was added to an app.</summary>
/// <param name="Key">Null for the one without a key.</param>
internal sealed record CnnPredictorRegistration(string? Key);
