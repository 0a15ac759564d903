using System.Globalization;
using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;

namespace Ml.Cnn.Onnx.Engine;

/// <summary>Where ONNX Runtime computes: the CPU, or what one of its execution providers reaches.</summary>
/// <param name="Kind">"cpu", "cuda" or "dml".</param>
/// <param name="Index">Which of them, from 0.</param>
internal sealed record ExecutionDevice(string Kind, int Index)
{
    private const string Auto = "auto";

    private static readonly ExecutionDevice s_cpu = new("cpu", 0);

    // The best first.
    private static readonly Gpu[] s_gpus =
    [
        new("cuda", "CUDAExecutionProvider", "Microsoft.ML.OnnxRuntime.Gpu", (options, index) => options.AppendExecutionProvider_CUDA(index)),
        new("dml", "DmlExecutionProvider", "Microsoft.ML.OnnxRuntime.DirectML", (options, index) =>
        {
            (options.EnableMemoryPattern, options.ExecutionMode) = (false, ExecutionMode.ORT_SEQUENTIAL); // it can do nothing else
            options.AppendExecutionProvider_DML(index);
        }),
    ];

    /// <summary>Whether it is another device than the CPU.</summary>
    public bool IsGpu => this != s_cpu;

    /// <summary>Whether only one thread may compute at a time.</summary>
    public bool TakesOneThread => Kind == "dml";

    /// <summary>Checks the words only.</summary>
    public static bool IsValidName(string name) => name is Auto or "cpu" || Find(name, out _) is not null;

    /// <summary>Chooses a device and sets a session's options accordingly.</summary>
    /// <param name="environment">Says which GPU, and whether the CPU will do; takes a warning where it has to.</param>
    /// <param name="name">As <see cref="OnnxScoringOptions.Device"/>.</param>
    /// <param name="options">The session's.</param>
    /// <exception cref="InvalidOperationException">The device that was asked for is not there; the message names the package.</exception>
    public static ExecutionDevice Choose(IHostEnvironment environment, string name, SessionOptions options)
    {
        if (name == "cpu")
            return s_cpu;
        var (available, id) = (OrtEnv.Instance().GetAvailableProviders(), MlNetEnvironment.GpuDeviceId(environment));
        var isWanted = name != Auto || id is not null;
        if ((Find(name, out var index) ?? s_gpus.FirstOrDefault(each => available.Contains(each.Provider))) is not { } gpu)
        {
            return isWanted ? Missing(environment, FormattableString.Invariant($"the GPU {id}"), "the program's package of ONNX Runtime computes on the CPU "
                + $"alone: reference {string.Join(" or ", s_gpus.Select(each => each.Package))} instead") : s_cpu;
        }
        var device = new ExecutionDevice(gpu.Kind, index ?? id ?? 0);
        if (!available.Contains(gpu.Provider))
        {
            return Missing(environment, device.ToString(), $"the program's package of ONNX Runtime lacks its {gpu.Provider}: reference {gpu.Package} "
                + "instead");
        }
        try
        {
            gpu.Append(options, device.Index);
            return device;
        }
        catch (OnnxRuntimeException e)
        {
            if (isWanted)
                return Missing(environment, device.ToString(), $"ONNX Runtime cannot use it: {e.Message}");
            MlNetEnvironment.Warn(environment, nameof(CnnOnnxTransformer), $"ONNX Runtime cannot use {device}, and the CPU computes instead: {e.Message}");
            return s_cpu;
        }
    }

    /// <summary>"cpu", "cuda:0".</summary>
    public override string ToString() => IsGpu ? string.Create(CultureInfo.InvariantCulture, $"{Kind}:{Index}") : Kind;

    private static ExecutionDevice Missing(IHostEnvironment environment, string device, string reason)
    {
        var what = $"{device} was asked for, but {reason}";
        if (!MlNetEnvironment.FallbackToCpu(environment))
            throw new InvalidOperationException($"{what}. Or choose the device \"cpu\", or set MLContext.FallbackToCpu.");
        MlNetEnvironment.Warn(environment, nameof(CnnOnnxTransformer), $"{what}: falling back to the CPU.");
        return s_cpu;
    }

    private static Gpu? Find(string name, out int? index)
    {
        index = null;
        foreach (var gpu in s_gpus)
        {
            if (name == gpu.Kind)
                return gpu;
            if (!name.StartsWith(gpu.Kind + ":", StringComparison.Ordinal)
                || !int.TryParse(name.AsSpan(gpu.Kind.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                continue;
            index = number;
            return gpu;
        }
        return null;
    }

    private sealed record Gpu(string Kind, string Provider, string Package, Action<SessionOptions, int> Append);
}
