using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// Local response normalization across channels: bᵢ = aᵢ / (k + α · Σ aⱼ²)^β over the n channels j around i (Krizhevsky et al. 2012, §3.3).
/// Kind "local_response_norm".
/// </summary>
/// <remarks>α is the paper's, a factor of the sum. PyTorch's layer of that name divides its own by n first: there the same α is n times as large.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class LocalResponseNorm : Layer
{
    /// <summary>Creates the layer; the defaults are the paper's.</summary>
    /// <param name="size">n: how many neighboring channels are summed, the channel itself in the middle; odd, 1 or more. Default 5.</param>
    /// <param name="alpha">α, 0 or more. Default 1e-4.</param>
    /// <param name="beta">β, 0 or more. Default 0.75.</param>
    /// <param name="k">k, above 0. Default 2.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public LocalResponseNorm(int size = 5, double alpha = 1e-4, double beta = 0.75, double k = 2) : base(LayerKinds.LocalResponseNorm)
    {
        if (size < 1 || size % 2 == 0)
            throw new ArgumentOutOfRangeException(nameof(size), size, "The number of neighboring channels must be odd.");
        ArgumentOutOfRangeException.ThrowIfNegative(alpha);
        ArgumentOutOfRangeException.ThrowIfNegative(beta);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(k);
        (Size, Alpha, Beta, K) = (size, alpha, beta, k);
    }

    /// <summary>n: how many neighboring channels are summed.</summary>
    public int Size { get; }

    /// <summary>α: the factor of the sum of squares.</summary>
    public double Alpha { get; }

    /// <summary>β: the exponent.</summary>
    public double Beta { get; }

    /// <summary>k: what is added to the sum.</summary>
    public double K { get; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Size, Size).With(LayerAttributes.Alpha, Alpha).With(LayerAttributes.Beta, Beta).With(LayerAttributes.K, K);

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        if (input.dtype == float32)
            return functional.local_response_norm(input, Size, Alpha * Size, Beta, K);
        // Beside k, the small sums would vanish in bfloat16's eight bits.
        using var precise = input.to(float32);
        using var output = functional.local_response_norm(precise, Size, Alpha * Size, Beta, K);
        return output.to(input.dtype);
    }
}
