using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>Insertion and deletion: Petsiuk et al. 2018, section 3.2, on the middle of an image as the network sees it.</summary>
internal static class HeatMapScoring
{
    private const int BlurRadius = 5;      // of 224 pixels, as in the paper's own code: a kernel of 11 × 11
    private const double BlurDeviation = 5;

    /// <summary>Scores a map.</summary>
    /// <param name="model">The network that it is a map of.</param>
    /// <param name="map">The map.</param>
    /// <param name="steps">Points of the curves beside the first.</param>
    public static CnnHeatMapScore Score(CnnTransformer model, CnnHeatMap map, int steps)
    {
        using var network = new InspectedNetwork(model);
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var image = InspectedImage.Of(map.Photo, network.Model, allViews: false);
        var (view, classIndex) = (image.View(0, network.Device), network.FindClass(map.ClassName));
        var order = Order(map, image.Places[0]);
        var nothing = network.NeutralColor().expand_as(view);
        return new(Curve(network, Blurred(view), view, order, classIndex, steps), Curve(network, view, nothing, order, classIndex, steps));
    }

    // The class's probability while the pixels of one image take the place of another's, in that order.
    private static float[] Curve(InspectedNetwork network, Tensor from, Tensor to, long[] order, int classIndex, int steps)
    {
        var (height, width) = (from.size(2), from.size(3));
        var ranks = new float[order.Length]; // when a pixel's turn is, 0 to 1
        for (var i = 0; i < order.Length; i++)
            ranks[order[i]] = (i + 0.5f) / order.Length;
        var turns = tensor(ranks, device: from.device).reshape(1, 1, height, width);
        var curve = new List<float>();
        foreach (var points in Enumerable.Range(0, steps + 1).Chunk(network.Batch))
        {
            using var batch = NewDisposeScope();
            var reached = tensor(points.Select(point => (float)point / steps).ToArray(), device: from.device).reshape(-1, 1, 1, 1);
            var probabilities = network.Logits(where(turns < reached, to, from)).softmax(1).select(1, classIndex);
            curve.AddRange(probabilities.to(float32).cpu().contiguous().data<float>().ToArray());
        }
        return [.. curve];
    }

    // The pixels of the view, those that matter most first; equal ones row by row.
    private static long[] Order(CnnHeatMap map, ViewPlace place)
    {
        var values = new float[place.Width * place.Height];
        for (var y = 0; y < place.Height; y++)
        {
            for (var x = 0; x < place.Width; x++)
            {
                var value = map.At((float)place.Across(x + 0.5), (float)place.Down(y + 0.5));
                values[y * place.Width + x] = float.IsNaN(value) ? 0 : value;
            }
        }
        return [.. Enumerable.Range(0, values.Length).OrderByDescending(i => values[i]).Select(i => (long)i)];
    }

    private static Tensor Blurred(Tensor view)
    {
        var radius = (int)Math.Max(1, Math.Round(BlurRadius * Math.Min(view.size(2), view.size(3)) / 224.0));
        return GaussianBlur.Of(view, BlurDeviation / BlurRadius * radius, radius);
    }
}
