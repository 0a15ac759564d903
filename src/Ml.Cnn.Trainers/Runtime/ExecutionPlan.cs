using System.Runtime.Intrinsics.X86;
using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>How a network runs: on which device, in which precision and in which memory layout. Decided here and nowhere else.</summary>
/// <param name="Device">Where.</param>
/// <param name="Cost">The work of one image.</param>
/// <param name="ChannelsLast">Whether images and filters lie in memory as height × width × channels, which suits the CPU's convolutions.</param>
/// <param name="ComputeType">The operands of convolutions and linear layers; null: float32, as the weights.</param>
internal sealed record ExecutionPlan(Device Device, NetworkCost Cost, bool ChannelsLast, ScalarType? ComputeType)
{
    // Below this many multiply-adds an image, casting and rearranging cost more than they save (LeNet-5: 0.4 million).
    private const long WorthTheTrouble = 10_000_000;

    // A step over so many multiply-adds takes a tenth of a second on two cores.
    private const long EnoughToTime = 3_000_000_000;

    /// <summary>The ways to train that are worth trying, the likeliest first: bfloat16 products where the CPU has instructions for them.</summary>
    /// <exception cref="InvalidOperationException">float16 without a CUDA device.</exception>
    public static IReadOnlyList<ExecutionPlan> ForTraining(Device device, NetworkCost cost, Precision precision)
    {
        if (precision == Precision.Float16 && device.type != DeviceType.CUDA)
            throw new InvalidOperationException($"{nameof(Precision)}.{nameof(Precision.Float16)} needs a CUDA device; on the CPU choose {nameof(Precision.BFloat16)} or {nameof(Precision.Auto)}.");
        var isLarge = cost.MultiplyAdds >= WorthTheTrouble;
        ExecutionPlan[] plans = precision switch
        {
            Precision.BFloat16 => [With(isLarge, ScalarType.BFloat16)],
            Precision.Float16 => [With(isLarge, ScalarType.Float16)],
            _ when !isLarge => [With(false, null)],
            Precision.Auto when device.type == DeviceType.CUDA || CpuHasBFloat16 => [With(true, ScalarType.BFloat16), With(true, null), With(false, null)],
            _ => [With(true, null), With(false, null)],
        };
        return plans;

        ExecutionPlan With(bool channelsLast, ScalarType? computeType) => new(device, cost, channelsLast, computeType);
    }

    /// <summary>Scores are computed in float32: the same model gives the same scores wherever it was trained.</summary>
    public static ExecutionPlan ForScoring(Device device, NetworkCost cost) => new(device, cost, cost.MultiplyAdds >= WorthTheTrouble, null);

    /// <summary>Whether small gradients are lost unless the loss is scaled.</summary>
    public bool ScalesLoss => ComputeType == ScalarType.Float16;

    /// <summary>What a log tells of the plan.</summary>
    public string Description => $"{Device}, {Arithmetic}";

    /// <summary>Precision and layout in words.</summary>
    public string Arithmetic => PrecisionName + (ChannelsLast ? " channels last" : "");

    /// <summary>What convolutions and linear layers multiply in: "float32", "bfloat16" or "float16".</summary>
    public string PrecisionName => ComputeType switch { ScalarType.BFloat16 => "bfloat16", ScalarType.Float16 => "float16", _ => "float32" };

    /// <summary>"channelsLast" or "contiguous".</summary>
    public string LayoutName => ChannelsLast ? "channelsLast" : "contiguous";

    /// <summary>How many images tell how long a step takes.</summary>
    public int ImagesToTime(int batchSize) => Device.type == DeviceType.CUDA || Cost.MultiplyAdds is not > 0
        ? batchSize
        : (int)Math.Clamp(EnoughToTime / Cost.MultiplyAdds.Value, Math.Min(2, batchSize), batchSize);

    /// <summary>Brings a network's weights to the device and into the layout. Before its optimizer is made: parameters may be replaced.</summary>
    public Module<Tensor, Tensor> Prepare(Module<Tensor, Tensor> network)
    {
        network = network.to(Device);
        network.zero_grad(); // gradients of an earlier run would have the old layout, and a scorer has no use for them
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var parameter in network.parameters())
        {
            if (parameter.dim() != 4)
                continue;
            var filters = parameter.detach(); // K × C × height × width
            parameter.set_(ChannelsLast ? filters.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : filters.contiguous());
        }
        foreach (var layer in network.modules().OfType<IComputesIn>())
            layer.ComputeType = ComputeType;
        return network;
    }

    // CPUID leaf 7: AVX512_BF16 is bit 5 of EAX in subleaf 1, AMX-BF16 bit 22 of EDX in subleaf 0 (Intel SDM, volume 2A).
    private static bool CpuHasBFloat16 => X86Base.IsSupported && X86Base.CpuId(0, 0).Eax >= 7
        && (((X86Base.CpuId(7, 1).Eax >> 5) & 1) == 1 || ((X86Base.CpuId(7, 0).Edx >> 22) & 1) == 1);
}
