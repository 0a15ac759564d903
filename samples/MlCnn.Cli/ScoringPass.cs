using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>An image that was read, and what the network says of it.</summary>
/// <param name="Row">The image's place in the data, from 0.</param>
/// <param name="Label">The key of the class in the data, from 1; 0 where the data has none.</param>
/// <param name="Scores">The probability of each class; empty where there is a defect.</param>
/// <param name="Defect">Why there are no scores; null where there are.</param>
internal sealed record ScoredImage(int Row, uint Label, float[] Scores, BadImage? Defect);

/// <summary>One pass of a network over images. An image that cannot be scored does not end the pass.</summary>
/// <param name="scored">What <see cref="ImageScoring.Score"/> gave.</param>
/// <param name="network">The network, which must fail on bad images: the reason is in its exception.</param>
/// <param name="handling">What bad images do once the pass is over.</param>
internal sealed class ScoringPass(IDataView scored, CnnClassifier network, BadImageHandling handling)
{
    private readonly List<BadImage> _bad = [];
    private readonly List<BadImage> _notFinite = [];

    /// <summary>The images that could not be scored, so far.</summary>
    public IReadOnlyList<BadImage> Bad => [.. _bad, .. _notFinite];

    /// <summary>For how many images the network gave NaN or infinity, so far.</summary>
    public int NotFinite => _notFinite.Count;

    /// <summary>How many images could be scored, so far.</summary>
    public int Scored { get; private set; }

    /// <summary>Every image in the order of the rows.</summary>
    public IEnumerable<ScoredImage> Images()
    {
        var (score, label) = (scored.Schema[network.ScoreColumnName], KeyColumn(DataSource.LabelColumn));
        var path = scored.Schema.GetColumnOrNull(DataSource.PathColumn);
        // One cursor of a set: ML.NET reads ahead on other threads for a cursor on its own, and ends it at the first file that is missing.
        var columns = new DataViewSchema.Column?[] { score, label, path }.OfType<DataViewSchema.Column>();
        using var cursor = scored.GetRowCursorSet([.. columns], 1)[0];
        var (scores, labels) = (cursor.GetGetter<VBuffer<float>>(score), label is { } key ? cursor.GetGetter<uint>(key) : null);
        var paths = path is { } column ? cursor.GetGetter<ReadOnlyMemory<char>>(column) : null;
        for (var row = 0; cursor.MoveNext(); row++)
            yield return Read(row, scores, labels, paths);
    }

    /// <summary>Says what the pass came upon, once it is over.</summary>
    /// <returns>The exit code.</returns>
    /// <exception cref="BadImageException">Images are bad and must not be. It names all of them.</exception>
    public int Conclude()
    {
        if (_bad.Count > 0 && handling == BadImageHandling.Fail)
            throw new BadImageException(_bad);
        if (_bad.Count > 0)
            Messages.Warning($"{_bad.Count} of {Total} images cannot be used and {(_bad.Count == 1 ? "is" : "are")} left out:{Messages.List(_bad)}");
        if (_notFinite.Count > 0)
        {
            Messages.Error($"The network's output is not finite (NaN or infinity) for {_notFinite.Count} of {Total} images, such as '{_notFinite[0].File}'. "
                + "Its weights or the statistics of its norms are broken: train anew, with a lower learning rate, or import other weights.");
            return ExitCode.Failure;
        }
        if (Scored > 0)
            return ExitCode.Success;
        Messages.Error("No image could be scored.");
        return ExitCode.Failure;
    }

    private int Total => Scored + _bad.Count + _notFinite.Count;

    private DataViewSchema.Column? KeyColumn(string name) => scored.Schema.GetColumnOrNull(name) is { Type: KeyDataViewType } column ? column : null;

    private ScoredImage Read(int row, ValueGetter<VBuffer<float>> scores, ValueGetter<uint>? labels, ValueGetter<ReadOnlyMemory<char>>? paths)
    {
        uint label = 0;
        labels?.Invoke(ref label);
        VBuffer<float> values = default;
        try
        {
            scores(ref values);
        }
        catch (BadImageException e)
        {
            _bad.AddRange(e.Images);
            return new(row, label, [], e.Images[0]);
        }
        float[] dense = [.. values.DenseValues()];
        if (dense.All(float.IsFinite))
        {
            Scored++;
            return new(row, label, dense, null);
        }
        ReadOnlyMemory<char> path = default;
        paths?.Invoke(ref path);
        var name = path.IsEmpty ? FormattableString.Invariant($"row {row}") : path.ToString();
        var defect = new BadImage(name, "The network's output is not finite (NaN or infinity).");
        _notFinite.Add(defect);
        return new(row, label, [], defect);
    }
}
