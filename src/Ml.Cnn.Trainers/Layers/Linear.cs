using System.Diagnostics.CodeAnalysis;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A fully connected layer: N × inputs to N × outputs. Kind "linear".</summary>
/// <remarks>
/// Parameters <c>weight</c> (outputs × inputs) and, if asked for, <c>bias</c> (outputs), both float32 and uniform over ±1/√inputs as
/// in PyTorch. An input of another type is converted to the weight's.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class Linear : Layer, IComputesIn
{
    /// <summary>Creates the layer with freshly drawn weights.</summary>
    /// <param name="inputs">Length of an input row, 1 or more.</param>
    /// <param name="outputs">Length of an output row, 1 or more.</param>
    /// <param name="bias">Whether a bias is added. Default true.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public Linear(int inputs, int outputs, bool bias = true) : base(LayerKinds.Linear)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        Inputs = inputs;
        Outputs = outputs;
        Weight = Parameters.Uniform(Parameters.Bound(inputs), outputs, inputs);
        Bias = bias ? Parameters.Uniform(Parameters.Bound(inputs), outputs) : null;
        RegisterComponents();
    }

    /// <summary>Length of an input row.</summary>
    public int Inputs { get; }

    /// <summary>Length of an output row.</summary>
    public int Outputs { get; }

    /// <summary>The weights: outputs × inputs.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One number per output, or null.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter? Bias { get; private set; }

    ScalarType? IComputesIn.ComputeType { get; set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias).WithMultiplyAdds(Inputs);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) =>
        this.Apply(input, Weight, Bias, (x, weight, bias) => functional.linear(x, weight, bias));
}
