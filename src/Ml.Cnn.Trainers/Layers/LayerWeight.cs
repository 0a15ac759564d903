using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A parameter or buffer of a layer, and the part that it plays in the operation.</summary>
[Experimental(ExperimentalApi.Layers)]
public sealed class LayerWeight
{
    internal LayerWeight(string role, string name, Tensor tensor) => (Role, Name, Tensor) = (role, name, tensor);

    /// <summary>The part that the tensor plays: see <see cref="WeightRoles"/>.</summary>
    public string Role { get; }

    /// <summary>The tensor's name in the layer's own state: "running_var"; empty where the tensor bears the layer's name.</summary>
    public string Name { get; }

    /// <summary>The layer's own tensor, not a copy.</summary>
    public Tensor Tensor { get; }
}

/// <summary>The parts that parameters and buffers of this library's layers play.</summary>
[Experimental(ExperimentalApi.Layers)]
public static class WeightRoles
{
    /// <summary>Filters, a matrix, a gain, slopes or centers: what the input is multiplied with or compared to.</summary>
    public const string Weight = "weight";

    /// <summary>What is added.</summary>
    public const string Bias = "bias";

    /// <summary>Batch normalization's running mean.</summary>
    public const string RunningMean = "running_mean";

    /// <summary>Batch normalization's running variance.</summary>
    public const string RunningVariance = "running_var";

    /// <summary>How many batches the running statistics have seen; evaluation does not use it.</summary>
    public const string BatchesTracked = "num_batches_tracked";
}
