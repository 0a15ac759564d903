namespace Ml.Cnn.Experiments.Results.Importance;

/// <summary>The part of the space that a leaf of a tree speaks for: an interval of every number, a set of values of every category.</summary>
internal sealed class LeafRegion
{
    private readonly (double Lower, double Upper)[] _intervals;
    private readonly bool[]?[] _sets;

    private LeafRegion((double, double)[] intervals, bool[]?[] sets) => (_intervals, _sets) = (intervals, sets);

    public static LeafRegion Whole(IReadOnlyList<ConfigurationAxis> axes) => new(
        [.. axes.Select(_ => (0.0, 1.0))],
        [.. axes.Select(axis => axis.IsCategory ? Enumerable.Repeat(true, axis.Categories).ToArray() : null)]);

    public (double Lower, double Upper) Interval(int axis) => _intervals[axis];

    /// <summary>Whether each value belongs to it.</summary>
    public bool[] Set(int axis) => _sets[axis]!;

    /// <summary>What share of an axis it is.</summary>
    public double Share(int axis) => _sets[axis] is { } set
        ? (double)set.Count(isIn => isIn) / set.Length
        : _intervals[axis].Upper - _intervals[axis].Lower;

    public LeafRegion With(int axis, double lower, double upper)
    {
        var intervals = _intervals.ToArray();
        intervals[axis] = (lower, upper);
        return new(intervals, _sets);
    }

    public LeafRegion With(int axis, bool[] set)
    {
        var sets = _sets.ToArray();
        sets[axis] = set;
        return new(_intervals, sets);
    }
}
