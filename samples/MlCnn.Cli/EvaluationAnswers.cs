using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>What a classifier said of labeled images, counted while they are read.</summary>
/// <param name="calibration">The classifier's; null if it has none.</param>
internal sealed class EvaluationAnswers(CnnCalibration? calibration)
{
    private readonly List<int?> _classes = [];
    private int _scored;
    private long _covered;
    private long _members;

    /// <summary>The class of each image, in the order of the rows; null for one that could not be scored.</summary>
    public IReadOnlyList<int?> Classes => _classes;

    /// <summary>What became of the prediction sets; null where the classifier gives none.</summary>
    public SetsEntry? Sets => calibration is { SetThreshold: not null, Coverage: { } stated } && _scored > 0
        ? new(stated, _covered / (double)_scored, _members / (double)_scored)
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
        _scored++;
        _classes.Add(image.Scores.IndexOf(image.Scores.Max()));
        if (calibration?.SetThreshold is { } threshold)
        {
            _members += image.Scores.Count(probability => probability >= (float)threshold);
            _covered += image.Label > 0 && image.Scores[image.Label - 1] >= (float)threshold ? 1 : 0;
        }
        return true;
    }
}
