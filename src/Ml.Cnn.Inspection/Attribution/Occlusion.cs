using Ml.Cnn.Inspection.Network;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>Occlusion sensitivity: Zeiler and Fergus 2014, section 4.2.</summary>
internal static class Occlusion
{
    /// <summary>
    /// By how much the logit falls where a square is covered with a color that shows nothing: for each pixel the mean over the squares that cover it, height ×
    /// width. Below 0 where the logit rises.
    /// </summary>
    /// <param name="network">The network.</param>
    /// <param name="image">Normalized, 1 × channels × height × width.</param>
    /// <param name="classIndex">The class's place among the scores.</param>
    /// <param name="patch">The square's side in pixels.</param>
    /// <param name="stride">Pixels from one square to the next; the last touches the edge.</param>
    public static Tensor Map(InspectedNetwork network, Tensor image, int classIndex, int patch, int stride)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        var (height, width) = ((int)image.size(2), (int)image.size(3));
        var corners = (from top in Starts(height, patch, stride) from left in Starts(width, patch, stride) select (Top: top, Left: left)).ToArray();
        var cover = network.NeutralColor()[0];
        var whole = network.Logits(image)[0, classIndex].item<float>();
        var (falls, covers) = (new double[height * width], new int[height * width]);
        foreach (var few in corners.Chunk(network.Batch))
        {
            using var batch = NewDisposeScope();
            var covered = image.repeat(few.Length, 1, 1, 1);
            for (var i = 0; i < few.Length; i++)
                covered[i].narrow(1, few[i].Top, patch).narrow(2, few[i].Left, patch).copy_(cover);
            var logits = network.Logits(covered).select(1, classIndex).to(float32).cpu().data<float>().ToArray();
            for (var i = 0; i < few.Length; i++)
                Add(whole - logits[i], few[i].Top, few[i].Left);
        }
        return tensor(falls.Zip(covers, (fall, count) => (float)(fall / count)).ToArray()).reshape(height, width).MoveToOuterDisposeScope();

        void Add(float fall, int top, int left)
        {
            for (var y = top; y < top + patch; y++)
            {
                for (var x = left; x < left + patch; x++)
                {
                    falls[y * width + x] += fall;
                    covers[y * width + x]++;
                }
            }
        }
    }

    private static IEnumerable<int> Starts(int size, int patch, int stride)
    {
        for (var start = 0; start < size - patch; start += stride)
            yield return start;
        yield return size - patch;
    }
}
