using Microsoft.ML;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Features;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Transforms;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace Ml.Cnn.Inspection.Exemplars;

/// <summary>Finds the images that excite a channel most, in one pass over the data: features are computed as the library's own, in batches.</summary>
internal static class MaximalSearch
{
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
        using var reader = FeatureReader.Open(model, data, node.Name, pool: false, allViews: false);
        var (shape, best, scored) = (Shape(node), new BestImages<float[]>(count), 0L);
        while (reader.MoveNext())
        {
            var map = reader.Features.Slice(channel * shape.Height * shape.Width, shape.Height * shape.Width);
            scored++;
            if (TensorPrimitives.Max(map) is var response && best.Takes(response))
                best.Add(new(reader.Row, response, reader.Image(), map.ToArray()));
        }
        var view = (model.Preprocessing with { TestTime = TestTimeAugmentation.None }).Views()[0];
        var images = best.InOrder().Select(image => new CnnMaximalImage(image.Pixels, ResponsePart.Of(image.Found, shape.Width, PlaceCenters.Of(node),
            ViewPlace.Of(view, image.Pixels.Width, image.Pixels.Height)))
        { Row = image.Row, Response = image.Score });
        return new(node.Name, channel, scored, scored > 0 ? [.. images]
            : throw new ArgumentException("The data has no image that can be read.", nameof(data)));
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
}
