using System.Globalization;
using Ml.Cnn.Experiments.Search;

namespace Ml.Cnn.Experiments.Tests.Search.Simulation;

/// <summary>
/// Trainings that were recorded (tests/curves): a proposal is placed on the nearest that was not tried yet, and its scores are what was validated then.
/// </summary>
internal sealed class CurvesProblem : SearchProblem
{
    private const int Networks = 4;

    private readonly List<Recorded> _trainings = [];

    /// <param name="path">Of curves.csv.</param>
    public CurvesProblem(string path)
    {
        foreach (var line in File.ReadLines(path).Skip(1))
        {
            var cells = line.Split(',');
            _trainings.Add(new(Space.Snap([.. cells.Take(Space.Count).Select(Number)]),
                [.. Enumerable.Range(0, Rungs.Count).Select(rung => cells[2 * Space.Count + 1 + 2 * rung]).TakeWhile(cell => cell != "").Select(Number)]));
        }

        static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);
    }

    private sealed record Recorded(double[] Point, double[] Accuracies);

    public override int MostTrials => _trainings.Count;

    public override string Name => "curves";

    public override SearchSpace Space { get; } = new(
    [
        SearchDimension.Category("architecture", Networks), SearchDimension.Scale("learningRate"), SearchDimension.Ordered("batchSize", 4),
        SearchDimension.Category("optimizer", 2), SearchDimension.Scale("weightDecay"), SearchDimension.Category("augmentation", 3),
    ]);

    public override RungPlan Rungs { get; } = new(firstEpochs: 1, factor: 3, maximumEpochs: 13);

    /// <summary>The recorded trainings that are nearest to defaults: SGD, batches of 64, a decay of 0.0005, no augmentation.</summary>
    public override IReadOnlyList<double[]> FirstPoints => [.. Enumerable.Range(0, Networks).Select(network => Place(
        [(network + 0.5) / Networks, OnScale(1, 0.03, 10), 0.625, 0.25, OnScale(5e-4, 1e-5, 1e-1), 1.0 / 6], []))];

    public override double[] Place(double[] point, IEnumerable<double[]> tried)
    {
        var taken = tried.ToHashSet(); // by reference: what was tried are the table's own
        return _trainings.Select(training => training.Point).Where(recorded => !taken.Contains(recorded)).MinBy(recorded => Distance(point, recorded))
            ?? throw new InvalidOperationException("Every recorded training was tried.");
    }

    public override double? Score(double[] point, int rung, int seed) => Find(point) is var found && rung < found.Length ? found[rung] : null;

    public override double Value(double[] point, int rung, int seed) => Find(point)[rung];

    private static double OnScale(double value, double least, double most) => Math.Log(value / least) / Math.Log(most / least);

    private double[] Find(double[] point) => _trainings.First(training => ReferenceEquals(training.Point, point)).Accuracies;

    // Another category is as far as the whole length of a scale.
    private double Distance(double[] one, double[] other)
    {
        var sum = 0.0;
        for (var i = 0; i < one.Length; i++)
        {
            var d = Space.Dimensions[i];
            var apart = d.IsOrdered ? one[i] - other[i] : d.Choice(one[i]) == d.Choice(other[i]) ? 0 : 1;
            sum += apart * apart;
        }
        return sum;
    }
}
