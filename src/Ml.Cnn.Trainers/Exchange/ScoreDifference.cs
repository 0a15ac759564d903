using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Exchange;

/// <summary>How far a file's scores may be from the network's, and how far they are.</summary>
internal static class ScoreDifference
{
    /// <summary>What the order of additions in float32 may come to.</summary>
    public const double Most = 1e-4;

    /// <summary>
    /// The largest difference of two tensors of one shape, as a share of the largest expected value where that is above 1; NaN if one is no number.
    /// </summary>
    public static double Of(Tensor expected, Tensor found)
    {
        using var scope = NewDisposeScope();
        var scale = Math.Max(1, expected.abs().max().item<float>());
        return (found - expected).abs().max().item<float>() / scale;
    }

    /// <summary>Refuses a file.</summary>
    /// <param name="network">The network's name.</param>
    /// <param name="what">What the file is: "TorchScript file".</param>
    /// <param name="difference">The difference.</param>
    /// <exception cref="InvalidOperationException">The difference is too large, or no number.</exception>
    public static void Check(string network, string what, double difference)
    {
        if (!(difference <= Most))
        {
            throw new InvalidOperationException($"{network}: its {what} was not saved, since it gives other scores than the network: on drawn images they are "
                + FormattableString.Invariant($"up to {difference:0.0e0} apart, and {Most:0e0} is the most that is right."));
        }
    }
}
