using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Trainers.Probabilities;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Network;

/// <summary>The probabilities that a model gives the classes of an image, as scoring makes them of its views.</summary>
internal static class ImageScores
{
    /// <summary>A probability for each class.</summary>
    /// <param name="network">The network.</param>
    /// <param name="image">The image.</param>
    public static float[] Of(InspectedNetwork network, InspectedImage image)
    {
        var (model, classes) = (network.Model, network.Model.Classes.Count);
        var views = new float[image.Places.Count * classes];
        for (var view = 0; view < image.Places.Count; view++)
        {
            var row = views.AsSpan(view * classes, classes);
            using var pixels = image.View(view, network.Device);
            using var logits = network.Logits(pixels);
            using var values = logits.to(float32).cpu();
            values.data<float>().ToArray().CopyTo(row);
            ScoreMean.ToProbabilities(row);
        }
        var scores = new float[classes];
        ScoreMean.Of(views, scores, model.Preprocessing.TestTime.Average);
        if (model.Calibration is { Temperature: not 1 } calibration)
            TemperatureScaling.Apply(scores, calibration.Temperature);
        return scores;
    }
}
