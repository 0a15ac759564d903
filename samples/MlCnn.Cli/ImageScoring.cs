using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli;

/// <summary>Scores images with a network alone, whatever kind of images it was trained on.</summary>
internal static class ImageScoring
{
    /// <summary>Adds the network's scores to data with a column of paths or of pixels.</summary>
    public static IDataView Score(MLContext mlContext, CnnTransformer network, IDataView data, bool isFiles)
    {
        // The network reads the column that it was trained with: another program may have called it otherwise.
        var prepared = isFiles
            ? mlContext.Transforms.LoadRawImageBytes(network.FeatureColumnName, null, DataSource.PathColumn).Fit(data).Transform(data)
            : mlContext.Transforms.CopyColumns(network.FeatureColumnName, DataSource.ImageColumn).Fit(data).Transform(data);
        return network.Transform(prepared);
    }

    /// <summary>Gives each row's number and probabilities.</summary>
    /// <exception cref="BadImageException">Some images cannot be used. It names all of them.</exception>
    public static void ForEach(IDataView scored, CnnTransformer network, Action<int, ReadOnlySpan<float>> take)
    {
        var column = scored.Schema[network.ScoreColumnName];
        // One cursor of a set: ML.NET reads ahead on other threads for a cursor on its own, and ends it at the first file that is missing.
        using var cursor = scored.GetRowCursorSet([column], 1)[0];
        var getter = cursor.GetGetter<VBuffer<float>>(column);
        var bad = new List<BadImage>();
        VBuffer<float> scores = default;
        for (var row = 0; cursor.MoveNext(); row++)
        {
            try
            {
                getter(ref scores);
                take(row, scores.GetValues());
            }
            catch (BadImageException e)
            {
                bad.AddRange(e.Images);
            }
        }
        if (bad.Count > 0)
            throw new BadImageException(bad);
    }
}
