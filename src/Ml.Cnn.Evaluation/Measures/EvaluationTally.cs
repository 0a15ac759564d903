using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Evaluation.Statistics;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Evaluation.Measures;

/// <summary>
/// What is kept of each image while a network's scores go by: 25 bytes, 33 with costs, and 4 more for each class where classes are ranked. Add images one by
/// one.
/// </summary>
/// <param name="classes">Their names, in the order of the scores.</param>
/// <param name="costs">Of mistakes; null: they are not measured.</param>
/// <param name="ranksClasses">Whether every score is kept.</param>
internal sealed class EvaluationTally(IReadOnlyList<string> classes, CnnCosts? costs, bool ranksClasses)
{
    private readonly ImageOutcomes _outcomes = new(classes.Count);
    private readonly List<int> _rows = [];
    private readonly ScoreTable? _scores = ranksClasses ? new(classes.Count) : null;
    private readonly CostMeasures? _costs = costs is null ? null : new(classes, costs);
    private readonly CnnConfusionMatrix _confusion = new(classes);
    private readonly CalibrationError _calibration = new();
    private double _squares;
    private int _notScored;

    /// <summary>Adds an image.</summary>
    /// <param name="row">Its row in the data.</param>
    /// <param name="label">Its class, from 0.</param>
    /// <param name="scores">A probability for each class; one that is NaN means that the image could not be scored.</param>
    public void Add(int row, int label, ReadOnlySpan<float> scores)
    {
        foreach (var score in scores)
        {
            if (float.IsNaN(score))
            {
                _notScored++;
                return;
            }
        }
        _outcomes.Add(label, scores);
        _rows.Add(row);
        var (predicted, isRight) = (_outcomes.Predicted[^1], _outcomes.IsRight(_outcomes.Count - 1));
        _confusion.Add(label, predicted);
        _calibration.Add(scores[predicted], isRight);
        _squares += SquaredDistance(label, scores);
        _scores?.Add(scores);
        _costs?.Add(label, predicted, scores);
    }

    /// <summary>What all images come to.</summary>
    /// <param name="unlabeled">How many rows had no label.</param>
    /// <exception cref="InvalidOperationException">There is no image.</exception>
    public CnnEvaluation Finish(int unlabeled)
    {
        if (_outcomes.Count == 0)
        {
            throw new InvalidOperationException(FormattableString.Invariant(
                $"No image can be evaluated: {unlabeled} have no label, and {_notScored} could not be scored. Look at the label column and at the images."));
        }
        var resamples = new ImageResamples(_outcomes.Labels, classes.Count);
        var draws = MetricDraws.Of(_outcomes, resamples);
        var counts = ClassCounts.Of(_outcomes);
        var (confidences, right) = Sorted();
        var equalMass = EqualMassBins.Of(confidences, right, CalibrationError.BinCount);
        return new(_outcomes, [.. _rows])
        {
            Unlabeled = unlabeled,
            NotScored = _notScored,
            TopAccuracy = [.. Enumerable.Range(1, Math.Min(ImageOutcomes.Top, classes.Count)).Select(many =>
                CnnEstimate.Share(_outcomes.CountInTop(many), _outcomes.Count))],
            MacroAccuracy = new(counts.MacroAccuracy(), MetricDraws.Interval(draws.MacroAccuracy)),
            MacroF1 = new(counts.MacroF1(), MetricDraws.Interval(draws.MacroF1)),
            LogLoss = new(_outcomes.LogLoss(), MetricDraws.Interval(draws.LogLoss)),
            Classes = Classes(counts),
            Confusion = _confusion,
            Calibration = new()
            {
                EqualWidth = _calibration.Bins,
                EqualMass = equalMass,
                Error = _calibration.Value,
                EqualMassError = EqualMassBins.Error(equalMass),
                BrierScore = _squares / _outcomes.Count,
            },
            Coverage = RiskCoverageMeasures.Of(confidences, right),
            Costs = _costs?.Result(_confusion, resamples),
        };
    }

    private static double SquaredDistance(int label, ReadOnlySpan<float> scores)
    {
        var sum = 0.0;
        for (var i = 0; i < scores.Length; i++)
        {
            var difference = scores[i] - (i == label ? 1.0 : 0);
            sum += difference * difference;
        }
        return sum;
    }

    private (float[] Confidences, bool[] Right) Sorted()
    {
        var confidences = _outcomes.Confidences.ToArray();
        bool[] right = [.. Enumerable.Range(0, _outcomes.Count).Select(_outcomes.IsRight)];
        Array.Sort(confidences, right);
        return (confidences, right);
    }

    private CnnClassEvaluation[] Classes(ClassCounts counts)
    {
        var (scores, isOfClass) = (new float[_scores?.Images ?? 0], new bool[_scores?.Images ?? 0]);
        return [.. classes.Select(Class)];

        CnnClassEvaluation Class(string name, int label)
        {
            var ranking = Ranking(label);
            return new()
            {
                Name = name,
                Support = counts.Actual[label],
                Predicted = counts.Predicted[label],
                Right = counts.Right[label],
                Precision = CnnEstimate.Share(counts.Right[label], counts.Predicted[label]),
                Recall = CnnEstimate.Share(counts.Right[label], counts.Actual[label]),
                AveragePrecision = ranking.AveragePrecision,
                RocArea = ranking.RocArea,
            };
        }

        OneAgainstRest Ranking(int label)
        {
            if (_scores is null)
                return OneAgainstRest.NotMeasured;
            _scores.CopyClass(label, scores);
            for (var image = 0; image < isOfClass.Length; image++)
                isOfClass[image] = _outcomes.Labels[image] == label;
            return OneAgainstRest.Measure(scores, isOfClass);
        }
    }
}
