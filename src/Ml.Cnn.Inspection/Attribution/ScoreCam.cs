using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>Score-CAM: algorithm 1 of Wang et al. 2020.</summary>
internal static class ScoreCam
{
    /// <summary>The map of an image at the layer's resolution: height × width numbers of 0 or more.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">Normalized, 1 × channels × height × width.</param>
    /// <param name="layer">Of the network's graph.</param>
    /// <param name="classIndex">The class's place among the scores.</param>
    public static Tensor Map(InspectedNetwork network, Tensor image, GraphNode layer, int classIndex)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var activation = network.Activation(image, layer); // 1 × channels × h × w
        var shown = Telling(activation);
        if (shown.size(1) == 0)
            return zeros(activation.shape[2..], device: activation.device).MoveToOuterDisposeScope();
        var hidden = network.NeutralColor();
        var seen = image - hidden;
        var scores = new List<Tensor>();
        for (long first = 0; first < shown.size(1); first += network.Batch)
        {
            using var batch = NewDisposeScope();
            var few = shown.narrow(1, first, Math.Min(network.Batch, shown.size(1) - first));
            var masks = ZeroToOne(functional.interpolate(few, image.shape[2..], mode: InterpolationMode.Bilinear, align_corners: false));
            scores.Add(network.Logits((seen * masks.transpose(0, 1)).Plus(hidden)).select(1, classIndex).MoveToOuterDisposeScope());
        }
        var weights = cat(scores).softmax(0).reshape(1, -1, 1, 1);
        return (weights * shown).sum(1).relu()[0].MoveToOuterDisposeScope();
    }

    // A channel that is the same everywhere shows nothing: it would cover nothing or all.
    private static Tensor Telling(Tensor activation)
    {
        var isTelling = activation.amax([2, 3]) > activation.amin([2, 3]);
        return activation.index_select(1, isTelling[0].nonzero().flatten());
    }

    private static Tensor ZeroToOne(Tensor masks)
    {
        var least = masks.amin([2, 3], keepdim: true);
        return (masks - least) / (masks.amax([2, 3], keepdim: true) - least);
    }
}
