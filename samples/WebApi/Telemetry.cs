using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace WebApi;

/// <summary>Traces and metrics of the web server and of the predictor.</summary>
internal static class Telemetry
{
    private const string Predictor = "Ml.Cnn.Predictor"; // its source of traces and its meter

    public static void AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var console = configuration.GetValue("Telemetry:Console", defaultValue: false);
        services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("mlcnn-web"))
            .WithTracing(tracing =>
            {
                tracing.AddAspNetCoreInstrumentation(options => options.Filter = context => !context.Request.Path.StartsWithSegments("/health"))
                    .AddSource(Predictor);
                if (console)
                    tracing.AddConsoleExporter();
            })
            .WithMetrics(metrics =>
            {
                metrics.AddAspNetCoreInstrumentation().AddMeter(Predictor);
                if (console)
                    metrics.AddConsoleExporter();
            });
    }
}
