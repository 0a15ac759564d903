using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Ml.Cnn.Extensions;

/// <summary>Whether a predictor can answer, and for how long it may go on so.</summary>
internal sealed class CnnPredictorHealthCheck(CnnPredictorService service) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Check(context.Registration.FailureStatus));

    private HealthCheckResult Check(HealthStatus failureStatus)
    {
        var isThere = service.TryGetPredictor(out _);
        var status = service.Status;
        var data = Data(status);
        if (!isThere)
            return new(failureStatus, $"There is no model: {status.Failure}", data: data);
        if (status.Failure is { } failure)
            return HealthCheckResult.Degraded($"The model before goes on: {failure}", data: data);
        return status.QueueLength >= service.DegradedQueueShare * status.MaximumQueueLength
            ? HealthCheckResult.Degraded(
                FormattableString.Invariant($"{status.QueueLength} requests wait for the network, of {status.MaximumQueueLength} that may."), data: data)
            : HealthCheckResult.Healthy(data: data);
    }

    private static Dictionary<string, object> Data(CnnPredictorStatus status)
    {
        var data = new Dictionary<string, object>
        {
            ["model"] = status.ModelPath,
            ["queueLength"] = status.QueueLength,
            ["reloads"] = status.Reloads,
        };
        if (status.ModelTime is { } time && status.Network is { } network)
        {
            data["modelTime"] = time;
            data["network"] = network;
            data["classes"] = status.Classes;
        }
        return data;
    }
}
