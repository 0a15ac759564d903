using System.Collections;

namespace Ml.Cnn.Trainers.Graph;

/// <summary>The length of one dimension of a tensor, as it depends on the batch.</summary>
/// <param name="Fixed">The part that does not depend on the batch.</param>
/// <param name="PerImage">What each image of the batch adds.</param>
internal readonly record struct AxisLength(long Fixed, long PerImage)
{
    /// <summary>The batch itself: one for each image.</summary>
    public static AxisLength Batch { get; } = new(0, 1);

    /// <summary>The length for so many images.</summary>
    public long At(long images) => Fixed + PerImage * images;

    /// <summary>"64", "N", "49N".</summary>
    public override string ToString() => (Fixed, PerImage) switch
    {
        (_, 0) => FormattableString.Invariant($"{Fixed}"),
        (0, 1) => "N",
        (0, _) => FormattableString.Invariant($"{PerImage}N"),
        _ => FormattableString.Invariant($"{Fixed} + {this with { Fixed = 0 }}"),
    };
}

/// <summary>A tensor's shape with the batch as a symbol, N: the shape of every batch, whichever one was traced.</summary>
internal sealed class TensorShape : IReadOnlyList<AxisLength>
{
    private readonly AxisLength[] _axes;

    private TensorShape(AxisLength[] axes) => _axes = axes;

    public int Count => _axes.Length;

    public AxisLength this[int index] => _axes[index];

    /// <summary>The dimension that counts the images and nothing else; −1 where the batch lies in none or is folded into others.</summary>
    public int BatchAxis => _axes.Count(axis => axis.PerImage != 0) == 1 ? Array.IndexOf(_axes, AxisLength.Batch) : -1;

    /// <summary>The shape for one image: channels × height × width, or the length of a row. Without a batch axis, what a batch of one image has.</summary>
    public IReadOnlyList<int> PerImage => [.. _axes.Where((_, position) => position != BatchAxis).Select(axis => checked((int)axis.At(1)))];

    /// <summary>How many numbers a batch of so many images has.</summary>
    public long Elements(long images) => _axes.Aggregate(1L, (product, axis) => checked(product * axis.At(images)));

    /// <summary>The shape for so many images.</summary>
    public long[] At(long images) => [.. _axes.Select(axis => axis.At(images))];

    /// <summary>The shape that two batches show.</summary>
    /// <param name="ofFirst">The tensor's shape in the first batch.</param>
    /// <param name="first">Images of the first batch.</param>
    /// <param name="ofSecond">The tensor's shape in the second batch.</param>
    /// <param name="second">Images of the second batch, another number.</param>
    /// <returns>Null where the shapes are not those of one tensor: another number of dimensions, or a length that a fraction of an image adds to.</returns>
    public static TensorShape? Between(IReadOnlyList<long> ofFirst, long first, IReadOnlyList<long> ofSecond, long second)
    {
        if (ofFirst.Count != ofSecond.Count)
            return null;
        var axes = new AxisLength[ofFirst.Count];
        for (var i = 0; i < axes.Length; i++)
        {
            var (perImage, rest) = Math.DivRem(ofSecond[i] - ofFirst[i], second - first);
            if (rest != 0)
                return null;
            axes[i] = new(ofFirst[i] - perImage * first, perImage);
        }
        return new(axes);
    }

    public IEnumerator<AxisLength> GetEnumerator() => ((IEnumerable<AxisLength>)_axes).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>"N × 64 × 56 × 56".</summary>
    public override string ToString() => string.Join(" × ", _axes);
}
