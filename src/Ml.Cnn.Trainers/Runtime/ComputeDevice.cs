using System.Globalization;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>The one place that decides where a network runs.</summary>
internal static class ComputeDevice
{
    /// <summary>Checks the words only: "auto", "cpu", "cuda", "cuda:N".</summary>
    public static bool IsValidName(string name) => name is "auto" or "cpu" or "cuda" || TryParseCuda(name, out _);

    /// <param name="environment">Says which GPU <c>MLContext.GpuDeviceId</c> names and whether <c>FallbackToCpu</c> is set.</param>
    /// <param name="name">As <see cref="CnnTrainerOptions.Device"/>.</param>
    /// <param name="warn">Told when the CPU stands in for a GPU that was asked for.</param>
    /// <exception cref="InvalidOperationException">The GPU that was asked for is not there, or libtorch is not.</exception>
    public static Device Choose(IHostEnvironment environment, string name, Action<string> warn)
    {
        try
        {
            return Find(environment, name, warn);
        }
        catch (TypeInitializationException e) when (e.TypeName == typeof(torch).FullName)
        {
            throw new InvalidOperationException("libtorch cannot be loaded, which networks are trained with, and scored unless they are ONNX files. Reference "
                + "the package TorchSharp-cpu, TorchSharp-cuda-linux or TorchSharp-cuda-windows; or make an ONNX file of the model where there is libtorch "
                + $"(mlcnn export --model model.zip --out service.zip), for the package Ml.Cnn.Onnx. {e.GetBaseException().Message}");
        }
    }

    private static Device Find(IHostEnvironment environment, string name, Action<string> warn)
    {
        if (name == "cpu")
            return CPU;
        int? wanted = TryParseCuda(name, out var index) ? index
            : name == "cuda" ? MlNetEnvironment.GpuDeviceId(environment) ?? 0
            : MlNetEnvironment.GpuDeviceId(environment);
        var available = cuda.is_available() ? cuda.device_count() : 0;
        if (wanted is null)
            return available > 0 ? new Device(DeviceType.CUDA, 0) : CPU;
        if (wanted < available)
            return new Device(DeviceType.CUDA, wanted.Value);

        var found = available == 0
            ? "no CUDA device is available (is the program built with -p:TorchBackend=cuda-linux or cuda-windows, and a driver installed?)"
            : $"there are {available} CUDA devices, numbered from 0";
        if (!MlNetEnvironment.FallbackToCpu(environment))
            throw new InvalidOperationException(
                $"cuda:{wanted} was asked for, but {found}. Choose the device \"cpu\" or \"auto\", or set MLContext.FallbackToCpu.");
        warn($"cuda:{wanted} was asked for, but {found}: falling back to the CPU.");
        return CPU;
    }

    private static bool TryParseCuda(string name, out int index)
    {
        index = 0;
        return name.StartsWith("cuda:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan("cuda:".Length), NumberStyles.None, CultureInfo.InvariantCulture, out index);
    }
}
