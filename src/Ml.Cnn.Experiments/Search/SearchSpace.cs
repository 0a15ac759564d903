using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Experiments.Search;

/// <summary>What is searched over: a cube with an axis for each dimension, on which choices are intervals of equal length.</summary>
internal sealed class SearchSpace
{
    /// <param name="dimensions">1 to <see cref="SobolDirections.Dimensions"/>. The first one usually is the architecture.</param>
    public SearchSpace(IReadOnlyList<SearchDimension> dimensions)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions.Count, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(dimensions.Count, SobolDirections.Dimensions);
        Dimensions = dimensions;
    }

    public IReadOnlyList<SearchDimension> Dimensions { get; }

    public int Count => Dimensions.Count;

    /// <summary>The same point with every choice in the middle of its interval, so that points that mean the same are equal.</summary>
    public double[] Snap(double[] point) => [.. Dimensions.Select((d, i) => d.Choices == 0 ? point[i] : d.Coordinate(d.Choice(point[i])))];

    /// <summary>Whether two points are the same trial.</summary>
    public bool AreSame(double[] one, double[] other)
    {
        for (var i = 0; i < Count; i++)
        {
            var dimension = Dimensions[i];
            if (dimension.Choices == 0 ? one[i] != other[i] : dimension.Choice(one[i]) != dimension.Choice(other[i]))
                return false;
        }
        return true;
    }

    /// <summary>Anywhere, all points alike.</summary>
    public double[] Draw(ref AugmentationRandom random)
    {
        var point = new double[Count];
        for (var i = 0; i < Count; i++)
            point[i] = random.NextDouble();
        return Snap(point);
    }
}
