using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// The squared Euclidean distance of a row from each of several fixed centers, yᵢ = Σⱼ (xⱼ − wᵢⱼ)²: LeNet-5's output
/// (LeCun et al. 1998, equation 7). N × inputs to N × outputs. Kind "radial_basis".
/// </summary>
/// <remarks>The centers are the buffer <c>weight</c> (outputs × inputs, float32): saved with the network, and not trained.</remarks>
internal sealed class RadialBasis : Layer
{
    private static readonly Scalar s_minusTwo = (-2).ToScalar();

    /// <summary>Creates the layer.</summary>
    /// <param name="centers">The centers: outputs × inputs. The layer keeps a copy.</param>
    /// <exception cref="ArgumentException">The tensor is not two-dimensional, or empty.</exception>
    public RadialBasis(Tensor centers) : base(LayerKinds.RadialBasis)
    {
        ArgumentNullException.ThrowIfNull(centers);
        if (centers.dim() != 2 || centers.numel() == 0)
            throw new ArgumentException($"The centers are a tensor of outputs × inputs, not {string.Join(" × ", centers.shape)}.", nameof(centers));
        using (NewDisposeScope())
            Weight = centers.detach().to(float32, copy: true).DetachFromDisposeScope();
        GC.KeepAlive(centers);
        RegisterComponents();
    }

    /// <summary>Length of an input row.</summary>
    public int Inputs => (int)Weight.size(1);

    /// <summary>Length of an output row: how many centers there are.</summary>
    public int Outputs => (int)Weight.size(0);

    /// <summary>The centers: outputs × inputs.</summary>
    [field: ComponentName(Name = "weight")]
    public Tensor Weight { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind).WithWeight(WeightRoles.Weight, Weight);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        // |x − w|² = |x|² + |w|² − 2 x·w takes memory for N × outputs values only.
        using var row = input.to(float32);
        using var rowSquares = row.Squared();
        using var rowNorms = rowSquares.sum(1, keepdim: true);      // N × 1
        using var centerSquares = Weight.Squared();
        using var centerNorms = centerSquares.sum(1);               // outputs
        using var centers = Weight.t();                             // inputs × outputs
        using var products = row.matmul(centers);                   // N × outputs
        using var norms = rowNorms.Plus(centerNorms);
        return norms.add(products, alpha: s_minusTwo);
    }
}
