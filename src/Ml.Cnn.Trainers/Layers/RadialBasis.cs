using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// The squared Euclidean distance of a row from each of several fixed centres, yᵢ = Σⱼ (xⱼ − wᵢⱼ)²: LeNet-5's output
/// (LeCun et al. 1998, equation 7). N × inputs to N × outputs. Kind "radial_basis".
/// </summary>
/// <remarks>The centres are the buffer <c>weight</c> (outputs × inputs, float32): saved with the network, and not trained.</remarks>
public sealed class RadialBasis : Layer
{
    /// <summary>Creates the layer.</summary>
    /// <param name="centres">The centres: outputs × inputs. The layer keeps a copy.</param>
    /// <exception cref="ArgumentException">The tensor is not two-dimensional, or empty.</exception>
    public RadialBasis(Tensor centres) : base("radial_basis")
    {
        ArgumentNullException.ThrowIfNull(centres);
        if (centres.dim() != 2 || centres.numel() == 0)
            throw new ArgumentException($"The centres are a tensor of outputs × inputs, not {string.Join(" × ", centres.shape)}.", nameof(centres));
        Weight = centres.detach().to(float32, copy: true).DetachFromDisposeScope();
        RegisterComponents();
    }

    /// <summary>Length of an input row.</summary>
    public int Inputs => (int)Weight.size(1);

    /// <summary>Length of an output row: how many centres there are.</summary>
    public int Outputs => (int)Weight.size(0);

    /// <summary>The centres: outputs × inputs.</summary>
    [field: ComponentName(Name = "weight")]
    public Tensor Weight { get; private set; }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        // |x − w|² = |x|² + |w|² − 2 x·w takes memory for N × outputs values only.
        using var row = input.to(float32);
        using var rowSquares = row.square();
        using var rowNorms = rowSquares.sum(1, keepdim: true);      // N × 1
        using var centreSquares = Weight.square();
        using var centreNorms = centreSquares.sum(1);               // outputs
        using var centres = Weight.t();                             // inputs × outputs
        using var products = row.matmul(centres);                   // N × outputs
        using var norms = rowNorms.add(centreNorms);
        return norms.add(products, alpha: -2);
    }
}
