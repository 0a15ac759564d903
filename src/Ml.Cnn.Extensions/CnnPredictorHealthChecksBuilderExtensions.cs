using Microsoft.Extensions.Diagnostics.HealthChecks;
using Ml.Cnn.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds health checks of predictors.</summary>
public static class CnnPredictorHealthChecksBuilderExtensions
{
    /// <summary>
    /// Adds a health check of a predictor. Unhealthy: no model could be loaded. Degraded: the model file changed and cannot be loaded, so that the model
    /// before goes on; or the queue is nearly full (<see cref="CnnPredictorServiceOptions.DegradedQueueShare"/>). The description says why, and the data has
    /// "model", "modelTime", "network", "classes", "queueLength" and "reloads".
    /// </summary>
    /// <param name="builder">The app's health checks.</param>
    /// <param name="key">The predictor's key. Default null: the predictor without one.</param>
    /// <param name="name">The name of the check. Default: "cnn-predictor", with the key behind a hyphen.</param>
    /// <param name="failureStatus">What is told while no model could be loaded. Default: unhealthy.</param>
    /// <param name="tags">Tags, by which an app chooses checks. Default: none.</param>
    /// <returns>The health checks.</returns>
    public static IHealthChecksBuilder AddCnnPredictor(this IHealthChecksBuilder builder, string? key = null, string? name = null,
        HealthStatus? failureStatus = null, IEnumerable<string>? tags = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Add(new(name ?? (key is null ? "cnn-predictor" : $"cnn-predictor-{key}"),
            services => new CnnPredictorHealthCheck(services.CnnPredictorService(key)), failureStatus, tags));
    }
}
