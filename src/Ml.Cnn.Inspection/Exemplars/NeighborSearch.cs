using Microsoft.ML;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Features;

namespace Ml.Cnn.Inspection.Exemplars;

/// <summary>Finds the images that are most like another for a network, in one pass over the data.</summary>
internal static class NeighborSearch
{
    /// <summary>Finds them.</summary>
    /// <param name="model">The network.</param>
    /// <param name="data">The images.</param>
    /// <param name="photo">The image that they are compared with.</param>
    /// <param name="count">How many.</param>
    public static CnnNeighbors Find(CnnTransformer model, IDataView data, InspectedPhoto photo, int count)
    {
        using var reader = FeatureReader.Open(model, data);
        var (query, features) = (new float[reader.Length], new float[reader.Length]);
        FeatureTable.ToUnitLength(reader.Of(photo.Row, photo.Format), query);
        var (best, scored) = (new BestImages<object?>(count), 0L);
        while (reader.MoveNext())
        {
            scored++;
            FeatureTable.ToUnitLength(reader.Features, features);
            if (FeatureTable.Similarity(query, features) is var similarity && best.Takes(similarity))
                best.Add(new(reader.Row, similarity, reader.Image(), Found: null));
        }
        if (scored == 0)
            throw new ArgumentException("The data has no image that can be read.", nameof(data));
        return new(photo.Pixels)
        {
            Layer = reader.Layer,
            Scored = scored,
            Images = [.. best.InOrder().Select(image => new CnnNeighbor(image.Pixels) { Row = image.Row, Similarity = image.Score })],
        };
    }
}
