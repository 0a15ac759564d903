using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>How much each class counts in the loss: the mean over a batch is weighted, as with PyTorch's <c>cross_entropy(weight=…)</c>.</summary>
public sealed class ClassWeights
{
    private readonly Dictionary<string, double>? _given;

    private ClassWeights(Dictionary<string, double>? given) => _given = given;

    /// <summary>
    /// Rare classes count as much as frequent ones: images / (classes × images of the class) (King and Zeng 2001, as scikit-learn's "balanced").
    /// </summary>
    public static ClassWeights Balanced { get; } = new(null);

    /// <summary>Weights by the classes' names.</summary>
    /// <param name="weights">From a class's name (the label's text) to its weight, above 0. Classes that are not named weigh 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A weight is not above 0.</exception>
    public static ClassWeights Of(IReadOnlyDictionary<string, double> weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        foreach (var (name, weight) in weights)
            if (weight is not (> 0 and < double.PositiveInfinity))
                throw new ArgumentOutOfRangeException(nameof(weights), weight, $"The weight of the class '{name}' must be above 0.");
        return new(new(weights));
    }

    /// <summary>The weights in the order of the classes.</summary>
    /// <param name="names">The classes.</param>
    /// <param name="counts">Training images of each.</param>
    /// <exception cref="ArgumentOutOfRangeException">A name is no class.</exception>
    internal double[] For(IReadOnlyList<string> names, IReadOnlyList<long> counts)
    {
        if (_given is null)
        {
            var (images, classes) = (counts.Sum(), counts.Count(count => count > 0));
            return [.. counts.Select(count => count > 0 ? (double)images / (classes * count) : 1)];
        }
        if (_given.Keys.FirstOrDefault(name => !names.Contains(name)) is { } unknown)
            throw OptionCheck.Wrong(nameof(CnnOptions.ClassWeights), unknown,
                $"for classes that the labels have: {string.Join(", ", names.Take(20))}{(names.Count > 20 ? ", …" : "")}");
        return [.. names.Select(name => _given.GetValueOrDefault(name, 1))];
    }

    /// <summary>"balanced", or the names and weights.</summary>
    public override string ToString() =>
        _given is null ? "balanced" : string.Join(',', _given.Select(entry => FormattableString.Invariant($"{entry.Key}={entry.Value}")));
}
