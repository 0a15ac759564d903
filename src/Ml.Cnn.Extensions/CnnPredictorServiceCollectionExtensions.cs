using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Ml.Cnn.Extensions;
using Ml.Cnn.Trainers;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>
/// Adds predictors to an app. Each is one <see cref="CnnPredictor"/> for the whole app, made when the host starts, or when it is first asked for where there
/// is no host, and disposed with the container; beside it there is its <see cref="CnnPredictorService"/>.
/// </summary>
public static class CnnPredictorServiceCollectionExtensions
{
    /// <summary>Adds the predictor of a model, with all else as by default.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="modelPath">The model.zip; see <see cref="CnnPredictorServiceOptions.ModelPath"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The path is empty.</exception>
    public static IServiceCollection AddCnnPredictor(this IServiceCollection services, string modelPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        return services.AddCnnPredictor(options => options.ModelPath = modelPath);
    }

    /// <summary>Adds the predictor of a model.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="configure">Sets the options. They are checked when the app starts.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCnnPredictor(this IServiceCollection services, Action<CnnPredictorServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(configure);
        services.Add(key: null).Configure(configure);
        return services;
    }

    /// <summary>
    /// Adds the predictor of a model, as a section of the configuration says: <c>{ "ModelPath": "model.zip", "Predictor": { "TopK": 3 } }</c>.
    /// </summary>
    /// <param name="services">The app's services.</param>
    /// <param name="section">The section, whose names are those of <see cref="CnnPredictorServiceOptions"/>.</param>
    /// <returns>The services.</returns>
    public static IServiceCollection AddCnnPredictor(this IServiceCollection services, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentNullException.ThrowIfNull(section);
        services.Add(key: null).Bind(section);
        return services;
    }

    /// <summary>Adds a predictor under a key, for apps with several models: <c>[FromKeyedServices("flowers")] CnnPredictor predictor</c>.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="key">The key.</param>
    /// <param name="modelPath">The model.zip; see <see cref="CnnPredictorServiceOptions.ModelPath"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key or the path is empty.</exception>
    public static IServiceCollection AddKeyedCnnPredictor(this IServiceCollection services, string key, string modelPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(modelPath);
        return services.AddKeyedCnnPredictor(key, options => options.ModelPath = modelPath);
    }

    /// <summary>Adds a predictor under a key.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="key">The key.</param>
    /// <param name="configure">Sets the options. They are checked when the app starts.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedCnnPredictor(this IServiceCollection services, string key, Action<CnnPredictorServiceOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(configure);
        services.Add(key).Configure(configure);
        return services;
    }

    /// <summary>Adds a predictor under a key, as a section of the configuration says.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="key">The key.</param>
    /// <param name="section">The section, whose names are those of <see cref="CnnPredictorServiceOptions"/>.</param>
    /// <returns>The services.</returns>
    /// <exception cref="ArgumentException">The key is empty.</exception>
    public static IServiceCollection AddKeyedCnnPredictor(this IServiceCollection services, string key, IConfiguration section)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrEmpty(key);
        ArgumentNullException.ThrowIfNull(section);
        services.Add(key).Bind(section);
        return services;
    }

    private static OptionsBuilder<CnnPredictorServiceOptions> Add(this IServiceCollection services, string? key)
    {
        var registration = new CnnPredictorRegistration(key);
        if (!services.Any(service => service.ServiceType == typeof(CnnPredictorRegistration) && registration.Equals(service.ImplementationInstance)))
        {
            services.AddSingleton(registration);
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IHostedService, CnnPredictorStarter>());
            services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<CnnPredictorServiceOptions>, CnnPredictorServiceOptionsValidation>());
            if (key is null)
            {
                services.AddSingleton(provider => Create(provider, key));
                services.AddSingleton(provider => provider.CnnPredictorService(key).Predictor);
            }
            else
            {
                services.AddKeyedSingleton(key, (provider, _) => Create(provider, key));
                services.AddKeyedSingleton(key, (provider, _) => provider.CnnPredictorService(key).Predictor);
            }
        }
        return services.AddOptions<CnnPredictorServiceOptions>(key).ValidateOnStart();
    }

    private static CnnPredictorService Create(IServiceProvider provider, string? key)
    {
        var options = provider.GetRequiredService<IOptionsMonitor<CnnPredictorServiceOptions>>().Get(key);
        var root = provider.GetService<IHostEnvironment>()?.ContentRootPath ?? Environment.CurrentDirectory;
        var logger = provider.GetService<ILogger<CnnPredictorService>>() ?? NullLogger<CnnPredictorService>.Instance;
        return new(key, options, Path.GetFullPath(options.ModelPath, root), logger);
    }
}
