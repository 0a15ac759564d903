namespace Ml.Cnn.Evaluation;

/// <summary>Which classes are taken for which.</summary>
public sealed class CnnConfusionMatrix
{
    private readonly int[] _counts;

    internal CnnConfusionMatrix(IReadOnlyList<string> classNames) => (ClassNames, _counts) = (classNames, new int[classNames.Count * classNames.Count]);

    /// <summary>The classes in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames { get; }

    /// <summary>How many images of a class were taken for a class.</summary>
    /// <param name="actual">The images' class, from 0.</param>
    /// <param name="predicted">The class with the highest score, from 0.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such class.</exception>
    public int this[int actual, int predicted] => _counts[Place(actual, predicted)];

    /// <summary>The mistakes that are made most often, the most frequent first; of equals the first in the order of the classes.</summary>
    /// <param name="count">How many at most. Default 10.</param>
    public IReadOnlyList<CnnConfusedPair> MostConfused(int count = 10)
    {
        var classes = ClassNames.Count;
        var support = Enumerable.Range(0, classes).Select(actual => _counts.AsSpan(actual * classes, classes).ToArray().Sum()).ToArray();
        return [.. _counts.Index().Where(cell => cell.Item > 0 && cell.Index / classes != cell.Index % classes)
            .OrderByDescending(cell => cell.Item).ThenBy(cell => cell.Index).Take(count)
            .Select(cell => new CnnConfusedPair(ClassNames[cell.Index / classes], ClassNames[cell.Index % classes], cell.Item,
                (double)cell.Item / support[cell.Index / classes]))];
    }

    internal void Add(int actual, int predicted) => _counts[actual * ClassNames.Count + predicted]++;

    private int Place(int actual, int predicted)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(actual);
        ArgumentOutOfRangeException.ThrowIfNegative(predicted);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(actual, ClassNames.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(predicted, ClassNames.Count);
        return actual * ClassNames.Count + predicted;
    }
}
