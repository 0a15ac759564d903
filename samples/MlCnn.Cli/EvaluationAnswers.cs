using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>What a classifier said of labeled images, counted while they are read.</summary>
/// <param name="calibration">The classifier's; null if it has none.</param>
internal sealed class EvaluationAnswers(CnnCalibration? calibration)
{
    private readonly List<int?> _classes = [];
    private readonly CalibrationError _error = new();
    private long _covered;
    private long _members;

    /// <summary>The class of each image, in the order of the rows; null for one that could not be scored.</summary>
    public IReadOnlyList<int?> Classes => _classes;

    /// <summary>The expected calibration error, 0 to 1; NaN without images.</summary>
    public double CalibrationError => _error.Value;

    /// <summary>What became of the prediction sets; null where the classifier gives none.</summary>
    public SetsEntry? Sets => calibration is { SetThreshold: not null, Coverage: { } stated } && _error.Images > 0
        ? new(stated, _covered / (double)_error.Images, _members / (double)_error.Images)
        : null;

    /// <summary>Counts an image.</summary>
    /// <returns>Whether it was scored.</returns>
    public bool Add(ScoredImage image)
    {
        if (image.Defect is not null)
        {
            _classes.Add(null);
            return false;
        }
        var best = image.Scores.IndexOf(image.Scores.Max());
        _classes.Add(best);
        _error.Add(image.Scores[best], best == image.Label - 1);
        if (calibration?.SetThreshold is { } threshold)
        {
            _members += image.Scores.Count(probability => probability >= (float)threshold);
            _covered += image.Label > 0 && image.Scores[image.Label - 1] >= (float)threshold ? 1 : 0;
        }
        return true;
    }
}
