using Ml.Cnn.Evaluation.Statistics;

namespace Ml.Cnn.Evaluation;

/// <summary>How good a network is on labeled images: see <c>mlContext.MulticlassClassification.EvaluateCnn</c>.</summary>
/// <remarks>
/// Metrics that ML.NET's evaluator has are the same here. Intervals hold the share of chance that comes from the choice of the images. Those of shares of
/// images are Wilson's (1927); the others come from the percentile bootstrap over the images (Efron and Tibshirani 1993, "An introduction to the bootstrap",
/// section 13.3) with a fixed seed.
/// </remarks>
public sealed class CnnEvaluation
{
    private readonly ImageOutcomes _outcomes;
    private readonly int[] _rows;

    internal CnnEvaluation(ImageOutcomes outcomes, int[] rows) => (_outcomes, _rows) = (outcomes, rows);

    /// <summary>The classes in the order of the scores.</summary>
    public IReadOnlyList<string> ClassNames => Confusion.ClassNames;

    /// <summary>How many images were evaluated.</summary>
    public int Images => _outcomes.Count;

    /// <summary>How many rows were left out because they have no label.</summary>
    public required int Unlabeled { get; init; }

    /// <summary>How many rows were left out because a score is NaN: images that could not be decoded, or a network whose weights are broken.</summary>
    public required int NotScored { get; init; }

    /// <summary>
    /// The share of images whose class is among the one, two … five highest scores: the first is the accuracy. As many as there are classes, five at most.
    /// </summary>
    public required IReadOnlyList<CnnEstimate> TopAccuracy { get; init; }

    /// <summary>The share of images whose class has the highest score, 0 to 1.</summary>
    public CnnEstimate Accuracy => TopAccuracy[0];

    /// <summary>The mean over the classes of the share of their images that are right, 0 to 1; classes without an image are left out.</summary>
    public required CnnEstimate MacroAccuracy { get; init; }

    /// <summary>The mean over the classes of F1, 0 to 1; classes that neither occur nor are ever named are left out.</summary>
    public required CnnEstimate MacroF1 { get; init; }

    /// <summary>The mean cross-entropy in nats, 0 or more.</summary>
    public required CnnEstimate LogLoss { get; init; }

    /// <summary>How well each class is told, in the order of the scores.</summary>
    public required IReadOnlyList<CnnClassEvaluation> Classes { get; init; }

    /// <summary>Which classes are taken for which.</summary>
    public required CnnConfusionMatrix Confusion { get; init; }

    /// <summary>Whether the network is as often right as its probabilities say.</summary>
    public required CnnCalibrationCurve Calibration { get; init; }

    /// <summary>How good the network is on the images that it is surest of.</summary>
    public required CnnRiskCoverage Coverage { get; init; }

    /// <summary>What mistakes cost; null without <see cref="CnnEvaluationOptions.Costs"/>.</summary>
    public required CnnCostEvaluation? Costs { get; init; }

    /// <summary>The mistakes that the network is surest of, the surest first.</summary>
    /// <param name="count">How many at most, 0 or more.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is negative.</exception>
    public IReadOnlyList<CnnEvaluatedImage> WorstMistakes(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return [.. Enumerable.Range(0, Images).Where(image => !_outcomes.IsRight(image)).OrderByDescending(image => _outcomes.Confidences[image])
            .Take(count).Select(Image)];
    }

    /// <summary>All images, in the order of their rows.</summary>
    public IEnumerable<CnnEvaluatedImage> EvaluatedImages() => Enumerable.Range(0, Images).Select(Image);

    /// <summary>Compares with another network on the same images. The networks may have their classes in another order.</summary>
    /// <param name="other">Of the same data; images that either could not score are left out.</param>
    /// <exception cref="ArgumentException">It is of other images: no row was scored by both, or a row has another class.</exception>
    public CnnModelComparison CompareWith(CnnEvaluation other)
    {
        ArgumentNullException.ThrowIfNull(other);
        var (onlyThis, onlyOther) = (new List<int>(), new List<int>());
        var (images, bothRight, same) = (0, 0, 0);
        foreach (var (mine, its) in SharedImages(other))
        {
            images++;
            same += Name(_outcomes.Predicted[mine]) == other.Name(other._outcomes.Predicted[its]) ? 1 : 0;
            var (isRight, isOtherRight) = (_outcomes.IsRight(mine), other._outcomes.IsRight(its));
            if (isRight && isOtherRight)
                bothRight++;
            else if (isRight)
                onlyThis.Add(_rows[mine]);
            else if (isOtherRight)
                onlyOther.Add(_rows[mine]);
        }
        if (images == 0)
            throw new ArgumentException("The two networks have scored no image in common.", nameof(other));
        return new()
        {
            Images = images,
            BothRight = bothRight,
            BothWrong = images - bothRight - onlyThis.Count - onlyOther.Count,
            OnlyThis = onlyThis,
            OnlyOther = onlyOther,
            SameAnswers = same,
            Difference = PairedAccuracy.Difference(onlyThis.Count, onlyOther.Count, images),
            PValue = McNemarTest.MidP(onlyThis.Count, onlyOther.Count),
        };
    }

    private IEnumerable<(int Mine, int Its)> SharedImages(CnnEvaluation other)
    {
        for (int mine = 0, its = 0; mine < Images && its < other.Images;)
        {
            var (row, otherRow) = (_rows[mine], other._rows[its]);
            if (row == otherRow)
            {
                var (name, otherName) = (Name(_outcomes.Labels[mine]), other.Name(other._outcomes.Labels[its]));
                if (name != otherName)
                {
                    throw new ArgumentException(FormattableString.Invariant(
                        $"The other network was evaluated on other images: row {row} is of class '{name}' here, and of '{otherName}' there."), nameof(other));
                }
                yield return (mine, its);
            }
            mine += row <= otherRow ? 1 : 0;
            its += row >= otherRow ? 1 : 0;
        }
    }

    private CnnEvaluatedImage Image(int image) => new(_rows[image], Name(_outcomes.Labels[image]), Name(_outcomes.Predicted[image]),
        _outcomes.Confidences[image], Math.Exp(-_outcomes.Losses[image]));

    private string Name(int label) => ClassNames[label];
}
