using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>Integrated gradients: equation 3 of Sundararajan et al. 2017, by the midpoint rule.</summary>
internal static class IntegratedGradients
{
    /// <summary>
    /// What each pixel adds to the logit on the way from an image of a color that shows nothing, height × width: all together the difference of the two
    /// logits, but for what the steps miss. Below 0 where a pixel speaks against the class.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="image">Normalized, 1 × channels × height × width.</param>
    /// <param name="classIndex">The class's place among the scores.</param>
    /// <param name="steps">1 or more.</param>
    public static Tensor Map(InspectedNetwork network, Tensor image, int classIndex, int steps)
    {
        const int LargestBatch = 8; // a gradient keeps the outputs of all layers
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var start = network.NeutralColor();
        var way = image - start;
        var sum = zeros_like(image);
        for (var first = 0; first < steps; first += LargestBatch)
        {
            using var batch = NewDisposeScope();
            var few = Enumerable.Range(first, Math.Min(LargestBatch, steps - first)).Select(step => (step + 0.5f) / steps).ToArray();
            var shares = tensor(few, device: image.device).reshape(-1, 1, 1, 1);
            sum.AddInPlace(network.PixelGradient((shares * way).Plus(start), classIndex).sum(0, keepdim: true));
        }
        return (sum.Over(steps) * way).sum(1)[0].MoveToOuterDisposeScope();
    }
}
