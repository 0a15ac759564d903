using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A fully connected layer that sets weights, rather than outputs, to 0 at random while training (Wan et al. 2013, "Regularization of
/// neural networks using DropConnect", equation 3): N × inputs to N × outputs. Kind "drop_connect".
/// </summary>
/// <remarks>
/// Every image draws a mask of its own, as in the paper's §3.1, which takes N × outputs × inputs numbers of memory while training. The
/// weights that stay are scaled by 1 / (1 − probability), so that evaluation, which uses all of them, has the same mean. (The paper
/// averages the outputs of sampled networks there, §3.2; this layer's scores are not random.) The bias is not dropped.
/// Parameters as <see cref="Linear"/>'s: <c>weight</c> (outputs × inputs) and <c>bias</c> (outputs).
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class DropConnect : Layer, IComputesIn
{
    /// <summary>Creates the layer with freshly drawn weights, uniform over ±1/√inputs.</summary>
    /// <param name="inputs">Length of an input row, 1 or more.</param>
    /// <param name="outputs">Length of an output row, 1 or more.</param>
    /// <param name="probability">How likely a weight is to be set to 0, from 0 to below 1. Default 0.5.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public DropConnect(int inputs, int outputs, double probability = 0.5) : base(LayerKinds.DropConnect)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(inputs, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputs, 1);
        if (probability is not (>= 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(probability), probability, "A DropConnect probability lies between 0 and below 1.");
        Inputs = inputs;
        Outputs = outputs;
        Probability = probability;
        Weight = Parameters.Uniform(Parameters.Bound(inputs), outputs, inputs);
        Bias = Parameters.Uniform(Parameters.Bound(inputs), outputs);
        RegisterComponents();
    }

    /// <summary>Length of an input row.</summary>
    public int Inputs { get; }

    /// <summary>Length of an output row.</summary>
    public int Outputs { get; }

    /// <summary>How likely a weight is to be set to 0.</summary>
    public double Probability { get; }

    /// <summary>The weights: outputs × inputs.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>One number per output.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter Bias { get; private set; }

    ScalarType? IComputesIn.ComputeType { get; set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Probability, Probability)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias).WithMultiplyAdds(Inputs);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input) => this.Apply(input, Weight, Bias,
        (x, weight, bias) => training && Probability > 0 ? Masked(x, weight, bias!) : functional.linear(x, weight, bias));

    private Tensor Masked(Tensor rows, Tensor weight, Tensor bias)
    {
        var keep = 1 - Probability;
        using var kept = keep.ToScalar();
        using var mask = empty([rows.shape[0], Outputs, Inputs], weight.dtype, weight.device).bernoulli_(keep).div_(kept);
        using var weights = mask.mul(weight);                   // N × outputs × inputs
        using var columns = rows.unsqueeze(2);                  // N × inputs × 1
        using var products = weights.bmm(columns);              // N × outputs × 1
        using var sums = products.squeeze(2);                   // N × outputs
        return sums.Plus(bias);
    }
}
