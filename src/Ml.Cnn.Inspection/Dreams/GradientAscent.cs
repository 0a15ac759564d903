using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Inspection.Network;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Transforms.Augmentation;
using static TorchSharp.torch;

namespace Ml.Cnn.Inspection.Dreams;

/// <summary>
/// Makes an image that excites a class or a channel: steps along the pixels' gradient (Simonyan et al. 2013, section 2), of the image shifted at random
/// (Mordvintsev et al. 2015), blurred now and then (Yosinski et al. 2015, section 3).
/// </summary>
internal static class GradientAscent
{
    private const int StepsBetweenBlurs = 4;
    private const double LastRate = 0.1; // of the first
    private const double LastBlur = 0.5; // of the first
    private const double Levels = 255; // from black to white
    private const double NoiseDeviation = 6; // in levels

    /// <param name="model">A trained network.</param>
    /// <param name="photo">What the image starts from; null: noise.</param>
    /// <param name="options">What for, and how.</param>
    public static CnnDream Make(CnnTransformer model, InspectedPhoto? photo, CnnDreamOptions options)
    {
        using var network = new InspectedNetwork(model);
        var preprocessing = network.Model.Preprocessing;
        var side = Math.Min(preprocessing.Height, preprocessing.Width);
        CnnDreamOptions.Validate(options, side);
        var (layer, channel) = Target(network, options);

        using var scope = NewDisposeScope();
        var colors = new PixelColors(preprocessing.Normalization, network.Device);
        var random = new AugmentationRandom(options.Seed, epoch: 0, row: 0);
        var pixels = photo is null ? Noise(network, ref random).Plus(0.5)
            : colors.Pixels(InspectedImage.Of(photo, network.Model, allViews: false).View(0, network.Device));
        var first = Response(network, colors.Normalized(pixels), layer, channel);
        using (no_grad())
            pixels = Climb(network, colors, pixels, layer, channel, options, ref random, options.Jitter ?? side / 16);
        var image = colors.Normalized(pixels);
        return new(NetworkImages.ToPixels(image, preprocessing.Normalization, 1)[0])
        {
            ClassName = layer is null ? network.Model.Classes.Names[channel] : null,
            Probability = layer is null ? (float)network.Logits(image).softmax(1)[0, channel].Number() : null,
            Layer = layer?.Name,
            Channel = channel,
            FirstResponse = first,
            Response = Response(network, image, layer, channel),
        };
    }

    private static Tensor Climb(InspectedNetwork network, PixelColors colors, Tensor pixels, GraphNode? layer, int channel, CnnDreamOptions options,
        ref AugmentationRandom random, int jitter)
    {
        for (var step = 0; step < options.Steps; step++)
        {
            using var scope = NewDisposeScope();
            var done = options.Steps == 1 ? 0 : step / (options.Steps - 1.0);
            var (down, right) = (random.NextInteger(-jitter, jitter), random.NextInteger(-jitter, jitter));
            var shifted = pixels.roll([down, right], [2, 3]);
            var gradient = colors.PixelGradient(network.ChannelGradient(colors.Normalized(shifted), layer, channel).Gradient);
            var size = Math.Sqrt(gradient.Squared().mean().Number());
            var rate = options.Rate / Levels * (1 - (1 - LastRate) * done);
            // What nothing excites yet has no gradient: a rectifier whose channel is 0 everywhere. Noise finds what does.
            shifted = shifted.Plus(size > 0 ? gradient.Times(rate / size) : Noise(network, ref random));
            var moved = shifted.roll([-down, -right], [2, 3]);
            var deviation = options.Blur * (1 - (1 - LastBlur) * done);
            if (deviation > 0 && step % StepsBetweenBlurs == StepsBetweenBlurs - 1 && step < options.Steps - 1)
                moved = GaussianBlur.Of(moved, deviation, Math.Max(1, (int)Math.Ceiling(2 * deviation)));
            var next = moved.Between(0, 1).MoveToOuterDisposeScope();
            pixels.Dispose();
            pixels = next;
        }
        return pixels;
    }

    private static double Response(InspectedNetwork network, Tensor image, GraphNode? layer, int channel)
    {
        using var scope = NewDisposeScope();
        using var mode = no_grad();
        return (layer is null ? network.Logits(image) : network.Activation(image, layer)).select(1, channel).mean().Number();
    }

    private static Tensor Noise(InspectedNetwork network, ref AugmentationRandom random)
    {
        var shape = network.Model.Shape;
        var numbers = new float[shape.Channels * shape.Height * shape.Width];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = (float)(NoiseDeviation / Levels * random.NextGaussian());
        return tensor(numbers, device: network.Device).reshape(1, shape.Channels, shape.Height, shape.Width);
    }

    private static (GraphNode? Layer, int Channel) Target(InspectedNetwork network, CnnDreamOptions options)
    {
        if (options.Layer is null)
            return (null, options.ClassName is { } name ? network.FindClass(name) : 0);
        var layer = network.Find(options.Layer);
        if (layer.Shape.BatchAxis != 0 || layer.Shape.PerImage.Count is not (1 or 3))
        {
            throw new ArgumentException($"The layer '{layer.Name}' gives {string.Join(" × ", layer.Shape.PerImage)} numbers, which are no channels.",
                nameof(options));
        }
        var channels = layer.Shape.PerImage[0];
        return options.Channel < channels ? (layer, options.Channel)
            : throw new ArgumentOutOfRangeException(nameof(options), options.Channel, $"The layer '{layer.Name}' has the channels 0 to {channels - 1}.");
    }
}
