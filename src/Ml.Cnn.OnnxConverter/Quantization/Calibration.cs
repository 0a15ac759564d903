using Ml.Cnn.OnnxConverter.Format;

namespace Ml.Cnn.OnnxConverter.Quantization;

/// <summary>Runs a network on images and watches its values.</summary>
internal static class Calibration
{
    private const long LargestBatch = 256L << 20; // bytes of watched values
    private const int MostImages = 32;

    /// <summary>How the values of every scale are distributed.</summary>
    /// <param name="model">The network in float32.</param>
    /// <param name="plan">What is rounded.</param>
    /// <param name="read">Gives the images in batches whose size it asks for.</param>
    /// <returns>The distributions, and how many images there were.</returns>
    public static (IReadOnlyDictionary<string, ValueHistogram> Values, int Images) Observe(
        ModelProto model, QuantizationPlan plan, Func<Func<int>, IEnumerable<PixelBatch>> read)
    {
        var watched = new ModelProto(model);
        var (input, result) = (model.Graph.Input.Single().Name, model.Graph.Output.Single().Name);
        var values = plan.Rounded.Where(value => value != input).ToArray();
        watched.Graph.Output.AddRange(values.Select(value => new ValueInfoProto
        {
            Name = value,
            Type = new() { TensorType = new() { ElemType = (int)TensorProto.Types.DataType.Float } },
        }));
        using var session = new ModelSession(watched);
        var histograms = plan.Rounded.Select(plan.ScaleOf).Distinct().ToDictionary(scale => scale, _ => new ValueHistogram());
        var (images, batchSize) = (0, 1);
        foreach (var batch in read(() => batchSize))
        {
            if (batch.Count == 0)
                continue;
            if (plan.IsRounded(input))
                Add(input, batch.Pixels.AsSpan(0, batch.Pixels.Length));
            var numbers = 0L;
            session.Run(batch.Pixels, batch.Count, (output, numbersOf) =>
            {
                if (session.Outputs[output] == result)
                    return;
                Add(session.Outputs[output], numbersOf);
                numbers += numbersOf.Length;
            });
            images += batch.Count;
            batchSize = (int)Math.Clamp(LargestBatch / (sizeof(float) * Math.Max(1, numbers / batch.Count)), 1, MostImages);
        }
        return (histograms, images);

        void Add(string value, ReadOnlySpan<float> numbers)
        {
            try
            {
                histograms[plan.ScaleOf(value)].Add(numbers);
            }
            catch (ArithmeticException e)
            {
                throw new OnnxExportException($"The network's value {value} is NaN or infinite for an image of the calibration set: "
                    + "it has no range to round to.", e);
            }
        }
    }
}
