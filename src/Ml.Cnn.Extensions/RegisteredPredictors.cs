using Microsoft.Extensions.DependencyInjection;

namespace Ml.Cnn.Extensions;

/// <summary>Finds what was added to an app.</summary>
internal static class RegisteredPredictors
{
    /// <summary>The service of a key; null for the one without.</summary>
    public static CnnPredictorService CnnPredictorService(this IServiceProvider services, string? key) =>
        key is null ? services.GetRequiredService<CnnPredictorService>() : services.GetRequiredKeyedService<CnnPredictorService>(key);
}
