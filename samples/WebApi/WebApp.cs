using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace WebApi;

/// <summary>Puts the app together.</summary>
internal static class WebApp
{
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = args,
            WebRootPath = Path.Join(AppContext.BaseDirectory, "wwwroot"),
        });
        // Settings of the folder that the app runs in go before those beside the program; environment and command line before both.
        builder.Configuration.Sources.Insert(0, new Microsoft.Extensions.Configuration.Json.JsonConfigurationSource
        {
            Path = "appsettings.json",
            FileProvider = new Microsoft.Extensions.FileProviders.PhysicalFileProvider(AppContext.BaseDirectory),
        });
        AddServices(builder);
        var app = builder.Build();
        Use(app);
        return app;
    }

    private static void AddServices(WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddCnnPredictor(builder.Configuration.GetSection("Predictor"));
        services.AddHealthChecks().AddCnnPredictor(tags: ["ready"]);
        services.AddOptions<LimitOptions>().BindConfiguration("Limits").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<LimitOptions>>((kestrel, limits) =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = LimitOptions.FormBytes; // those that take images count for themselves
            kestrel.Limits.MinRequestBodyDataRate = new(limits.Value.UploadBytesPerSecond, limits.Value.UploadGracePeriod);
        });
        services.AddSingleton<UploadReader>();
        services.AddSingleton<ExampleImages>();
        services.AddRequestLimits();
        services.AddOpenApi(PredictionDocument.Describe);
        services.AddProblemDetails(options => options.CustomizeProblemDetails = context => Refusals.Complete(context.ProblemDetails));
        services.AddTelemetry(builder.Configuration);
    }

    private static void Use(WebApplication app)
    {
        app.UseMiddleware<SecurityHeaders>();
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseDefaultFiles();
        app.UseStaticFiles();
        app.UseRateLimiter();

        app.MapPredictions();
        app.MapOpenApi();
        app.MapGet(Refusals.TypePrefix + "{code}", Refusals.Explain).ExcludeFromDescription();
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("ready"),
            ResponseWriter = HealthReports.WriteAsync,
        });
    }
}
