using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>The head of a network that tells other classes apart, made from one that knows some of them: a row of weights belongs to each class.</summary>
internal static class HeadRows
{
    /// <summary>
    /// The rows of known classes as they are, brought to their places. A new class's row is drawn from the normal distribution of all rows that there were,
    /// each number by itself: so its outputs are as large as theirs, and it is neither preferred nor left behind from the start.
    /// </summary>
    /// <param name="rows">A weight or bias of the head, known classes × ….</param>
    /// <param name="known">The names of its classes.</param>
    /// <param name="classes">Those of the new head.</param>
    /// <returns>classes × …. Draws from libtorch's random numbers.</returns>
    public static Tensor For(Tensor rows, IReadOnlyList<string> known, IReadOnlyList<string> classes)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var places = NamePlaces.Of(known);
        var mean = rows.mean([0], keepdim: true);                                                     // 1 × …
        var deviation = (rows - mean).Squared().mean([0], keepdim: true).sqrt();
        var drawn = randn([classes.Count, .. rows.shape[1..]], rows.dtype, rows.device).mul(deviation).Plus(mean); // classes × …
        foreach (var (place, name) in classes.Index())
            if (places.TryGetValue(name, out var before))
                drawn.select(0, place).copy_(rows.select(0, before));
        return drawn.MoveToOuterDisposeScope();
    }
}
