using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Graph;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Inspection.Attribution;

/// <summary>From an image to its heat map: the class, a map for each view, and their mean.</summary>
internal static class HeatMapMaker
{
    // A few pixels of integrated gradients are many times what the others are.
    private const double ShareBelowOne = 0.99;

    /// <summary>Makes a heat map.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="photo">The image.</param>
    /// <param name="options">Which map.</param>
    public static CnnHeatMap Make(CnnTransformer model, InspectedPhoto photo, CnnHeatMapOptions options)
    {
        CnnHeatMapOptions.Validate(options, Math.Min(model.Shape.Height, model.Shape.Width));
        using var network = new InspectedNetwork(model);
        return Make(network, photo, options, options.ClassName);
    }

    /// <summary>Makes a heat map with a network that is looked into already.</summary>
    /// <param name="network">The network.</param>
    /// <param name="photo">The image.</param>
    /// <param name="options">Which map; valid.</param>
    /// <param name="className">The class; null: the predicted one.</param>
    public static CnnHeatMap Make(InspectedNetwork network, InspectedPhoto photo, CnnHeatMapOptions options, string? className)
    {
        var image = InspectedImage.Of(photo, network.Model, options.AllViews);
        var layer = options.TakesLayer ? network.FindSpatial(options.Layer) : null;
        var wanted = className is { } name ? network.FindClass(name) : (int?)null;
        var scores = ImageScores.Of(network, image);
        var classIndex = wanted ?? Array.IndexOf(scores, scores.Max());
        var canvas = new MapCanvas(image.Places[0]);
        for (var view = 0; view < image.Places.Count; view++)
        {
            using var pixels = image.View(view, network.Device);
            canvas.Add(image.Places[view], ViewMap(network, pixels, layer, classIndex, options));
        }
        var (mean, part) = canvas.Mean();
        return new(photo, options.Method, Scaled(mean, options.Method, out var peak), part)
        {
            ClassName = network.Model.Classes.Names[classIndex],
            Score = scores[classIndex],
            Layer = layer?.Name,
            LayerShape = layer?.Shape.PerImage,
            Peak = peak,
        };
    }

    /// <summary>The map of one view, a number for each of its pixels, in the method's own units.</summary>
    private static float[] ViewMap(InspectedNetwork network, Tensor view, GraphNode? layer, int classIndex, CnnHeatMapOptions options)
    {
        using var scope = NewDisposeScope();
        var (height, width) = ((int)view.size(2), (int)view.size(3));
        var side = Math.Min(height, width);
        var map = options.Method switch
        {
            CnnHeatMapMethod.Occlusion => Occlusion.Map(network, view, classIndex, options.Patch(side), options.Stride(side)),
            CnnHeatMapMethod.IntegratedGradients => IntegratedGradients.Map(network, view, classIndex, options.IntegrationSteps),
            CnnHeatMapMethod.ScoreCam => ScoreCam.Map(network, view, layer!, classIndex),
            CnnHeatMapMethod.EigenCam => ClassActivation.EigenCam(network.Activation(view, layer!)),
            var method => OfGradient(method, network.ActivationGradient(view, layer!, classIndex)),
        };
        var pixels = map.size(0) == height && map.size(1) == width ? map
            : functional.interpolate(map.reshape(1, 1, map.size(0), map.size(1)), [height, width], mode: InterpolationMode.Bilinear, align_corners: false);
        return pixels.to(float32).cpu().contiguous().data<float>().ToArray();
    }

    private static Tensor OfGradient(CnnHeatMapMethod method, (Tensor Activation, Tensor Gradient) layer) => method switch
    {
        CnnHeatMapMethod.GradCam => ClassActivation.GradCam(layer.Activation, layer.Gradient),
        CnnHeatMapMethod.GradCamPlusPlus => ClassActivation.GradCamPlusPlus(layer.Activation, layer.Gradient),
        CnnHeatMapMethod.HiResCam => ClassActivation.HiResCam(layer.Activation, layer.Gradient),
        CnnHeatMapMethod.LayerCam => ClassActivation.LayerCam(layer.Activation, layer.Gradient),
        _ => throw new ArgumentOutOfRangeException(nameof(method), method, "Not a method by a layer's gradient."),
    };

    // To 0 … 1: nothing where a pixel speaks against the class, 1 at the peak.
    private static float[,] Scaled(float[,] map, CnnHeatMapMethod method, out float peak)
    {
        var positive = map.Cast<float>().Where(value => value > 0).Order().ToArray();
        peak = positive.Length == 0 ? 0
            : method == CnnHeatMapMethod.IntegratedGradients ? positive[(int)(ShareBelowOne * (positive.Length - 1))]
            : positive[^1];
        var scaled = new float[map.GetLength(0), map.GetLength(1)];
        for (var y = 0; y < scaled.GetLength(0); y++)
        {
            for (var x = 0; x < scaled.GetLength(1); x++)
                scaled[y, x] = float.IsNaN(map[y, x]) ? float.NaN : peak == 0 ? 0 : Math.Clamp(map[y, x] / peak, 0, 1);
        }
        return scaled;
    }
}
