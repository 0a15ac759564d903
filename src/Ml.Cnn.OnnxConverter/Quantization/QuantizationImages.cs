using Microsoft.ML;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>The images that ranges are chosen from, and others that accuracy is measured on.</summary>
/// <param name="Calibration">Gives the former, in batches whose size it asks for.</param>
/// <param name="Evaluation">Gives the latter, likewise.</param>
internal sealed record QuantizationImages(Func<Func<int>, IEnumerable<PixelBatch>> Calibration, Func<Func<int>, IEnumerable<PixelBatch>> Evaluation)
{
    /// <summary>Two sets as they are, or one that is cut in two: at most half of it calibrates.</summary>
    /// <exception cref="InvalidOperationException">There are no images, or none with a label where accuracy is asked for.</exception>
    public static QuantizationImages Of(CnnTransformer model, IDataView calibration, IDataView? evaluation, OnnxQuantizationOptions options)
    {
        var first = new LabeledPixels(model, calibration, options.LabelColumnName);
        var labels = first.Labels();
        var most = evaluation is null ? labels.Count / 2 : labels.Count;
        if (most == 0)
            throw new InvalidOperationException(evaluation is null
                ? "Quantization needs two images at least: one to choose ranges from "
                + "and another to measure accuracy on."
                : "There are no images to choose ranges from.");
        var drawn = CalibrationSplit.Draw(labels, Math.Min(options.CalibrationImages, most), options.Seed);
        var second = evaluation is null ? first : new LabeledPixels(model, evaluation, options.LabelColumnName);
        var secondLabels = evaluation is null ? labels : second.Labels();
        var others = Enumerable.Range(0, secondLabels.Count).Where(row => evaluation is not null || !drawn.Contains(row)).ToHashSet();
        if (options.MaximumLoss is not null && !others.Any(row => secondLabels[row] is not null))
        {
            throw new InvalidOperationException($"The loss of accuracy is to be at most {options.MaximumLoss} points (MaximumLoss), and no image has "
                + "a label in "
                + $"'{options.LabelColumnName}' to measure it with. Give labeled images, or set MaximumLoss to null.");
        }
        return new(size => first.Read(drawn, labels, size), size => second.Read(others, secondLabels, size));
    }
}
