using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Execution;

/// <summary>How a network runs: on which device, in which precision and in which memory layout. Decided here and nowhere else.</summary>
/// <param name="Device">Where.</param>
/// <param name="Cost">The work of one image.</param>
/// <param name="ChannelsLast">Whether images and filters lie in memory as height × width × channels, which suits the CPU's convolutions.</param>
/// <param name="ComputeType">The operands of convolutions and linear layers; null: float32, as the weights.</param>
internal sealed record ExecutionPlan(Device Device, NetworkCost Cost, bool ChannelsLast, ScalarType? ComputeType)
{
    // Below this many multiply-adds an image, casting and rearranging cost more than they save (LeNet-5: 0.4 million).
    private const long WorthTheTrouble = 10_000_000;

    // Rearranging alone pays from here on (SqueezeNet at 32×32: 3 million).
    private const long WorthRearranging = 2_000_000;

    // oneDNN's depthwise convolutions are slow in bfloat16, and the cheap layers around them gain little: MobileNets and EfficientNets have 3
    // to 9 % of their work there, ConvNeXt, which gains, 2 %. The table of docs/performance.md is where these numbers are from.
    private const double TooDepthwise = 0.025;

    /// <summary>The way to train, by rule: the clock has no say, so that the same training computes the same.</summary>
    /// <param name="device">Where.</param>
    /// <param name="cost">The work of one image.</param>
    /// <param name="precision">As the user wants it.</param>
    /// <param name="layout">As the user wants it.</param>
    /// <exception cref="InvalidOperationException">float16 without a CUDA device.</exception>
    public static ExecutionPlan ForTraining(Device device, NetworkCost cost, Precision precision, MemoryLayout layout)
    {
        if (precision == Precision.Float16 && device.type != DeviceType.CUDA)
            throw new InvalidOperationException($"{nameof(Precision)}.{nameof(Precision.Float16)} needs a CUDA device; "
                + $"on the CPU choose {nameof(Precision.BFloat16)} or {nameof(Precision.Auto)}.");
        var isLarge = cost.MultiplyAdds >= WorthTheTrouble;
        ScalarType? type = precision switch
        {
            Precision.BFloat16 => ScalarType.BFloat16,
            Precision.Float16 => ScalarType.Float16,
            Precision.Auto when isLarge && GainsByBFloat16(device, cost) => ScalarType.BFloat16,
            _ => null,
        };
        var channelsLast = layout == MemoryLayout.Auto ? type is not null || cost.MultiplyAdds >= WorthRearranging : layout == MemoryLayout.ChannelsLast;
        return new(device, cost, channelsLast, type);
    }

    /// <summary>Scores are computed in float32: the same model gives the same scores wherever it was trained.</summary>
    public static ExecutionPlan ForScoring(Device device, NetworkCost cost) => new(device, cost, cost.MultiplyAdds >= WorthTheTrouble, null);

    /// <summary>Whether small gradients are lost unless the loss is scaled.</summary>
    public bool ScalesLoss => ComputeType == ScalarType.Float16;

    /// <summary>What convolutions and linear layers multiply in: "float32", "bfloat16" or "float16".</summary>
    public string PrecisionName => ComputeType switch { ScalarType.BFloat16 => "bfloat16", ScalarType.Float16 => "float16", _ => "float32" };

    /// <summary>"channelsLast" or "contiguous".</summary>
    public string LayoutName => ChannelsLast ? "channelsLast" : "contiguous";

    /// <summary>The plan for whoever reads of it: in logs and in a model.</summary>
    /// <param name="networkThreads">Cores for one operation on the CPU.</param>
    public CnnTrainingPlan ForReaders(int networkThreads) => new()
    {
        Device = Device.ToString(),
        Precision = ComputeType switch { ScalarType.BFloat16 => Precision.BFloat16, ScalarType.Float16 => Precision.Float16, _ => Precision.Float32 },
        MemoryLayout = ChannelsLast ? MemoryLayout.ChannelsLast : MemoryLayout.Contiguous,
        NetworkThreads = networkThreads,
    };

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
            parameter.set_(ChannelsLast ? filters.ChannelsLast() : filters.contiguous());
        }
        foreach (var layer in network.modules().OfType<IComputesIn>())
            layer.ComputeType = ComputeType;
        return network;
    }

    private static bool GainsByBFloat16(Device device, NetworkCost cost) =>
        device.type == DeviceType.CUDA || (OneDnn.IsFasterInBFloat16 && cost.DepthwiseShare < TooDepthwise);
}
