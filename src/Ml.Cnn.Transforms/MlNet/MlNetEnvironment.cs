using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;

namespace Ml.Cnn.MlNet;

/// <summary>The environment behind an <see cref="MLContext"/> and its catalogs, which ML.NET keeps internal.</summary>
internal static class MlNetEnvironment
{
    public static IHostEnvironment Of(object catalog) => ((IInternalCatalog)catalog).Environment;

    /// <summary>The seed given to <c>new MLContext(seed)</c>; null if there is none.</summary>
    public static int? Seed(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.Seed;

    /// <summary><c>MLContext.GpuDeviceId</c>: the GPU asked for; null if none is.</summary>
    public static int? GpuDeviceId(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.GpuDeviceId;

    /// <summary><c>MLContext.FallbackToCpu</c>: whether the CPU will do where the GPU asked for is missing.</summary>
    public static bool FallbackToCpu(IHostEnvironment environment) => (environment as IHostEnvironmentInternal)?.FallbackToCpu ?? false;

    /// <summary><c>MLContext.TempFilePath</c>: where temporary files go.</summary>
    public static string TemporaryFolder(IHostEnvironment environment) =>
        (environment as IHostEnvironmentInternal)?.TempFilePath is { Length: > 0 } folder ? folder : Path.GetTempPath();

    /// <summary>Writes a warning to <c>MLContext.Log</c>.</summary>
    /// <param name="environment">Whose log.</param>
    /// <param name="component">Who warns.</param>
    /// <param name="message">What about.</param>
    public static void Warn(IHostEnvironment environment, string component, string message)
    {
        using var log = environment.Start(component);
        log.Warning(MessageSensitivity.None, "{0}", message);
    }
}
