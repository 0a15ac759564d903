using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Inspection.Attribution;
using Ml.Cnn.Inspection.Exemplars;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Inspection;

/// <summary>What a trained network has learned: filters, responses and heat maps, as data and as pictures.</summary>
/// <remarks>
/// Images are decoded, resized, cropped and normalized as they are for scoring, and the network's own layers run, in float32. Any number of threads may look
/// into one network at once.
/// </remarks>
public static class CnnTransformerInspectionExtensions
{
    /// <summary>The parts of an image that speak for a class.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="imagePath">An image file of any format that the library reads.</param>
    /// <param name="options">Method, layer and class. Default: Grad-CAM of the last layer with height and width, for the predicted class.</param>
    /// <exception cref="ArgumentException">There is no such layer or class; the message names the nearest.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    /// <exception cref="InvalidOperationException">
    /// A network of your own does what no layer of the library does, and the method needs to know all of it; the message says what.
    /// <see cref="CnnHeatMapMethod.Occlusion"/> and <see cref="CnnHeatMapMethod.IntegratedGradients"/> do not.
    /// </exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnHeatMap HeatMap(this CnnTransformer model, string imagePath, CnnHeatMapOptions? options = null) =>
        HeatMap(model, InspectedPhoto.Read(imagePath), options);

    /// <inheritdoc cref="HeatMap(CnnTransformer, string, CnnHeatMapOptions)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="encodedImage">The content of an image file.</param>
    /// <param name="options">Method, layer and class. Default: Grad-CAM of the last layer with height and width, for the predicted class.</param>
    public static CnnHeatMap HeatMap(this CnnTransformer model, ReadOnlySpan<byte> encodedImage, CnnHeatMapOptions? options = null) =>
        HeatMap(model, InspectedPhoto.Of(encodedImage), options);

    /// <inheritdoc cref="HeatMap(CnnTransformer, string, CnnHeatMapOptions)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="image">ML.NET's image; it stays the caller's to dispose.</param>
    /// <param name="options">Method, layer and class. Default: Grad-CAM of the last layer with height and width, for the predicted class.</param>
    public static CnnHeatMap HeatMap(this CnnTransformer model, MLImage image, CnnHeatMapOptions? options = null) =>
        HeatMap(model, InspectedPhoto.Of(image), options);

    /// <summary>
    /// How well a heat map tells what the network's answer rests on: the probability of the map's class while the pixels that the map says matter most are
    /// shown first (insertion, from a blurred image on) or taken away first (deletion, to the mean color). The middle of the image is looked at.
    /// </summary>
    /// <param name="model">The network that made the map, or another of the same classes.</param>
    /// <param name="map">The map.</param>
    /// <param name="steps">Points of the curves beside the first, 1 or more. Default 28.</param>
    /// <exception cref="ArgumentException">The network does not know the map's class.</exception>
    /// <exception cref="ArgumentOutOfRangeException">There is no step.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnHeatMapScore ScoreHeatMap(this CnnTransformer model, CnnHeatMap map, int steps = 28)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(map);
        ArgumentOutOfRangeException.ThrowIfLessThan(steps, 1);
        return HeatMapScoring.Score(model, map, steps);
    }

    /// <summary>The filters of a convolution.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="layer">
    /// The layer's name in <see cref="Trainers.Inspection.CnnSummary"/>; a name that several layers begin with ("layer2") stands for the first convolution
    /// among them. Default: the first convolution.
    /// </param>
    /// <exception cref="ArgumentException">There is no such layer, or it has no filters; the message names others.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnKernels Kernels(this CnnTransformer model, string? layer = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var network = new InspectedNetwork(model);
        return KernelReading.Of(network, layer);
    }

    /// <summary>What a layer makes of an image, as scoring sees its middle.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="imagePath">An image file of any format that the library reads.</param>
    /// <param name="layer">
    /// The layer's name in <see cref="Trainers.Inspection.CnnSummary"/>; a name that several layers begin with ("layer2") stands for the last of them.
    /// </param>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest.</exception>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnFeatureMaps FeatureMaps(this CnnTransformer model, string imagePath, string layer) =>
        FeatureMaps(model, InspectedPhoto.Read(imagePath), layer);

    /// <inheritdoc cref="FeatureMaps(CnnTransformer, string, string)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="encodedImage">The content of an image file.</param>
    /// <param name="layer">The layer's name.</param>
    public static CnnFeatureMaps FeatureMaps(this CnnTransformer model, ReadOnlySpan<byte> encodedImage, string layer) =>
        FeatureMaps(model, InspectedPhoto.Of(encodedImage), layer);

    /// <inheritdoc cref="FeatureMaps(CnnTransformer, string, string)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="image">ML.NET's image; it stays the caller's to dispose.</param>
    /// <param name="layer">The layer's name.</param>
    public static CnnFeatureMaps FeatureMaps(this CnnTransformer model, MLImage image, string layer) => FeatureMaps(model, InspectedPhoto.Of(image), layer);

    /// <summary>What all convolutions make of an image, or other layers.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="imagePath">An image file of any format that the library reads.</param>
    /// <param name="layers">Names, as <see cref="FeatureMaps(CnnTransformer, string, string)"/> takes them. Default: every convolution.</param>
    /// <inheritdoc cref="FeatureMaps(CnnTransformer, string, string)" path="/exception"/>
    public static CnnFeatureSheet FeatureSheet(this CnnTransformer model, string imagePath, IReadOnlyList<string>? layers = null) =>
        FeatureSheet(model, InspectedPhoto.Read(imagePath), layers);

    /// <inheritdoc cref="FeatureSheet(CnnTransformer, string, IReadOnlyList{string})"/>
    /// <param name="model">A trained network.</param>
    /// <param name="encodedImage">The content of an image file.</param>
    /// <param name="layers">Names. Default: every convolution.</param>
    public static CnnFeatureSheet FeatureSheet(this CnnTransformer model, ReadOnlySpan<byte> encodedImage, IReadOnlyList<string>? layers = null) =>
        FeatureSheet(model, InspectedPhoto.Of(encodedImage), layers);

    /// <inheritdoc cref="FeatureSheet(CnnTransformer, string, IReadOnlyList{string})"/>
    /// <param name="model">A trained network.</param>
    /// <param name="image">ML.NET's image; it stays the caller's to dispose.</param>
    /// <param name="layers">Names. Default: every convolution.</param>
    public static CnnFeatureSheet FeatureSheet(this CnnTransformer model, MLImage image, IReadOnlyList<string>? layers = null) =>
        FeatureSheet(model, InspectedPhoto.Of(image), layers);

    /// <summary>The images of a data set that excite a channel of a layer most, each with the part that does. One pass over the data.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="data">
    /// Images in the column that the network reads (<see cref="CnnClassifier.FeatureColumnName"/>). Those that cannot be read are left out.
    /// </param>
    /// <param name="layer">
    /// The layer's name in <see cref="Trainers.Inspection.CnnSummary"/>; a name that several layers begin with ("layer2") stands for the last of them.
    /// </param>
    /// <param name="channel">The channel, from 0.</param>
    /// <param name="count">How many images, 1 or more. Default 12.</param>
    /// <exception cref="ArgumentException">There is no such layer; the message names the nearest. Or no image can be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The layer has no such channel, the column of images is missing, or no image is asked for.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnMaximalImages MaximalImages(this CnnTransformer model, IDataView data, string layer, int channel, int count = 12)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return MaximalSearch.Find(model, data, layer, channel, count);
    }

    private static CnnHeatMap HeatMap(CnnTransformer model, InspectedPhoto photo, CnnHeatMapOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        return HeatMapMaker.Make(model, photo, options ?? new());
    }

    private static CnnFeatureMaps FeatureMaps(CnnTransformer model, InspectedPhoto photo, string layer)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return Read(model, photo, network => [network.Find(layer)])[0];
    }

    private static CnnFeatureSheet FeatureSheet(CnnTransformer model, InspectedPhoto photo, IReadOnlyList<string>? layers)
    {
        var maps = Read(model, photo, network => layers is null ? [.. network.Graph.Nodes.Where(IsConvolution)]
            : [.. layers.Select(network.Find).Distinct().OrderBy(node => node.Position)]);
        return maps.Length > 0 ? new(maps)
            : throw new ArgumentException($"{model.Name} has no convolution that is a layer of this library: name other layers.", nameof(layers));
    }

    private static CnnFeatureMaps[] Read(CnnTransformer model, InspectedPhoto photo, Func<InspectedNetwork, IReadOnlyCollection<GraphNode>> layers)
    {
        ArgumentNullException.ThrowIfNull(model);
        using var network = new InspectedNetwork(model);
        var wanted = layers(network);
        var image = InspectedImage.Of(photo, network.Model, allViews: false);
        using var view = image.View(0, network.Device);
        return [.. network.Read(view, wanted).Select(reading => new CnnFeatureMaps(reading))];
    }

    private static bool IsConvolution(GraphNode node) =>
        node.Kind is LayerKinds.Conv2d or LayerKinds.ConnectionTableConv2d && InspectedNetwork.IsSpatial(node);
}
