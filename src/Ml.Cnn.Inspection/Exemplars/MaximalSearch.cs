using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Columns;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Inspection.Exemplars;

/// <summary>Finds the images that excite a channel most, in one pass over the data: features are computed as the library's own, in batches.</summary>
internal static class MaximalSearch
{
    private const string Responses = "Responses";

    /// <summary>Finds them.</summary>
    /// <param name="model">The network.</param>
    /// <param name="data">The images.</param>
    /// <param name="layer">The layer's name, or a part of the network.</param>
    /// <param name="channel">From 0.</param>
    /// <param name="count">How many.</param>
    public static CnnMaximalImages Find(CnnTransformer model, IDataView data, string layer, int channel, int count)
    {
        var node = Layer(model, layer, channel);
        // The middle of each image: responses to several views would be averaged.
        var description = model.Scorer.Model with
        {
            Preprocessing = model.Preprocessing with { TestTime = TestTimeAugmentation.None },
            OnBadImage = BadImageHandling.Skip,
        };
        using var featurizer = ImageFeaturizer.Of(model.Scorer.For(description), Responses, node.Name, pool: false);
        var responses = new ScoringDataView(data, featurizer);
        var (scored, best) = Scan(responses, featurizer, node, channel, count);
        var view = description.Preprocessing.Views()[0];
        var images = best.OrderByDescending(candidate => candidate.Response).ThenBy(candidate => candidate.Row).Select(candidate =>
            new CnnMaximalImage(candidate.Pixels, ResponsePart.Of(candidate.Map, Shape(node).Width, PlaceCenters.Of(node),
                ViewPlace.Of(view, candidate.Pixels.Width, candidate.Pixels.Height)))
            { Row = candidate.Row, Response = candidate.Response });
        return new(node.Name, channel, scored, best.Count > 0 ? [.. images]
            : throw new ArgumentException("The data has no image that can be read.", nameof(data)));
    }

    private static (long Scored, List<Candidate> Best) Scan(ScoringDataView responses, ImageFeaturizer featurizer, GraphNode node, int channel, int count)
    {
        var (column, image) = (responses.Schema[Responses], responses.Schema[featurizer.FeatureColumnName]);
        var format = featurizer.Format(responses.Schema);
        using var cursor = responses.GetRowCursor([column, image]);
        var (getResponses, read) = (cursor.GetGetter<VBuffer<float>>(column), format.Type.OpenReader(cursor, image));
        var (shape, best, scored, values) = (Shape(node), new List<Candidate>(), 0L, default(VBuffer<float>));
        while (cursor.MoveNext())
        {
            getResponses(ref values);
            var map = values.GetValues().Slice(channel * shape.Height * shape.Width, shape.Height * shape.Width);
            var response = TensorPrimitives.Max(map);
            if (float.IsNaN(response))
                continue; // the image cannot be read
            scored++;
            if (best.Count == count && response <= best.Min(candidate => candidate.Response))
                continue;
            if (best.Count == count)
                best.Remove(best.MinBy(candidate => (candidate.Response, -candidate.Row))!);
            best.Add(new(cursor.Position, response, map.ToArray(), Pixels(read, format)));
        }
        return (scored, best);
    }

    private static PixelImage Pixels(Action<ImageContent> read, ImageColumnFormat format)
    {
        var (content, rgba) = (new ImageContent(), new PixelImage());
        read(content);
        ChannelConverter.Convert(format.Type.Decode(content, format, new PixelImage(), new() { Channels = 4 }), rgba, 4);
        return rgba;
    }

    private static GraphNode Layer(CnnTransformer model, string layer, int channel)
    {
        using var network = new InspectedNetwork(model);
        var node = network.Find(layer);
        var channels = Shape(node).Channels;
        return channel >= 0 && channel < channels ? node
            : throw new ArgumentOutOfRangeException(nameof(channel), channel, $"The layer '{node.Name}' has the channels 0 to {channels - 1}.");
    }

    private static (int Channels, int Height, int Width) Shape(GraphNode node) => new LayerReading(node, 0, []).Maps;

    private sealed record Candidate(long Row, float Response, float[] Map, PixelImage Pixels);
}
