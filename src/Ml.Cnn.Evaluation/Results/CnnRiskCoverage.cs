using System.Runtime.CompilerServices;

namespace Ml.Cnn.Evaluation;

/// <summary>
/// How good a network is on the images that it is surest of: what one gains if the others are put before a person (El-Yaniv and Wiener 2010, "On the
/// foundations of noise-free selective classification"; Geifman and El-Yaniv 2017, "Selective classification for deep neural networks"). Sure is how probable
/// the predicted class is.
/// </summary>
public sealed class CnnRiskCoverage
{
    private const int Steps = 100;

    private readonly CnnCoveragePoint[] _points;

    internal CnnRiskCoverage(CnnCoveragePoint[] points, double area) => (_points, Area) = (points, area);

    /// <summary>
    /// The area under the curve of risk (the share of wrong answers) over coverage, 0 to 1: the mean risk over all coverages. 0 is a network without a mistake.
    /// </summary>
    public double Area { get; }

    /// <summary>The curve at about every hundredth of coverage, from the smallest on; fewer points where many images have one probability.</summary>
    public IReadOnlyList<CnnCoveragePoint> Points
    {
        get
        {
            var points = new List<CnnCoveragePoint>();
            foreach (var point in _points)
                if (points.Count == 0 || (int)(point.Coverage * Steps + 1e-9) > (int)(points[^1].Coverage * Steps + 1e-9))
                    points.Add(point);
            return points;
        }
    }

    /// <summary>The most images that the network can answer with an accuracy.</summary>
    /// <param name="accuracy">The share of answers that must be right, 0 to 1.</param>
    /// <returns>Null where not even the images that it is surest of are right that often.</returns>
    /// <exception cref="ArgumentOutOfRangeException">The accuracy is no share.</exception>
    public CnnCoveragePoint? WithAccuracy(double accuracy)
    {
        RequireShare(accuracy);
        return _points.LastOrDefault(point => point.Accuracy >= accuracy) is { Coverage: > 0 } found ? found : null;
    }

    /// <summary>The images that the network is surest of.</summary>
    /// <param name="coverage">At least this share of them, above 0 to 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The coverage is no share.</exception>
    public CnnCoveragePoint AtCoverage(double coverage)
    {
        RequireShare(coverage);
        return _points.First(point => point.Coverage >= coverage - 1e-12);
    }

    private static void RequireShare(double share, [CallerArgumentExpression(nameof(share))] string? name = null)
    {
        if (!(share is >= 0 and <= 1))
            throw new ArgumentOutOfRangeException(name, share, "A share is from 0 to 1.");
    }
}

/// <summary>What a network does on the images that it is surest of.</summary>
/// <param name="Coverage">The share of the images that it answers, 0 to 1.</param>
/// <param name="Accuracy">The share of the answers that are right, 0 to 1.</param>
/// <param name="Threshold">The probability that the predicted class has at least.</param>
public readonly record struct CnnCoveragePoint(double Coverage, double Accuracy, float Threshold);
