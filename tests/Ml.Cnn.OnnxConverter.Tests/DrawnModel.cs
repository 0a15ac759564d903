using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Tests;

/// <summary>Networks whose weights are drawn: what an export has to keep is the same as of trained ones.</summary>
internal static class DrawnModel
{
    /// <summary>A model whose normalizations have statistics of their own, so that leaving one out would be seen.</summary>
    /// <param name="name">Of the catalog.</param>
    /// <param name="size">Height and width; at most what the network was designed for, and raised to what it needs.</param>
    /// <param name="classes">How many.</param>
    /// <param name="change">Changes the preprocessing.</param>
    /// <param name="environment">Takes the model's warnings.</param>
    public static CnnTransformer Of(string name, int size = 64, int classes = 10, Func<ImagePreprocessing, ImagePreprocessing>? change = null,
        IHostEnvironment? environment = null) => Of(ArchitectureCatalog.Find(name), size, classes, change, environment);

    /// <inheritdoc cref="Of(string, int, int, Func{ImagePreprocessing, ImagePreprocessing}, IHostEnvironment)"/>
    public static CnnTransformer Of(Architecture architecture, int size = 64, int classes = 10, Func<ImagePreprocessing, ImagePreprocessing>? change = null,
        IHostEnvironment? environment = null)
    {
        size = Math.Max(Math.Min(size, architecture.ImageSize), architecture.MinimumImageSize);
        var preprocessing = new ImagePreprocessing
        {
            Height = size,
            Width = size,
            Channels = architecture.Channels,
            Normalization = architecture.Normalization.ForChannels(architecture.Channels),
        };
        preprocessing = change?.Invoke(preprocessing) ?? preprocessing;
        var shape = new NetworkShape(preprocessing.Channels, preprocessing.Height, preprocessing.Width, classes);
        var network = RandomState.Build(seed: 3, () =>
        {
            var built = architecture.Build(shape);
            using var scope = NewDisposeScope();
            using var _ = no_grad();
            foreach (var (buffer, values) in built.named_buffers())
            {
                if (buffer.EndsWith("running_mean", StringComparison.Ordinal))
                    values.copy_(randn(values.shape) * 0.1);
                else if (buffer.EndsWith("running_var", StringComparison.Ordinal))
                    values.copy_(rand(values.shape) + 0.5);
            }
            return built;
        });
        return Of(architecture, network, shape, preprocessing, environment);
    }

    /// <summary>A model of a network of one's own, with as many classes as it has outputs.</summary>
    /// <param name="network">With its weights.</param>
    /// <param name="height">Of its images, in pixels; they have 3 channels.</param>
    /// <param name="width">In pixels.</param>
    public static CnnTransformer Of(TorchSharp.torch.nn.Module<Tensor, Tensor> network, int height, int width)
    {
        var architecture = new Architecture("mine", _ => network);
        var preprocessing = new ImagePreprocessing
        {
            Height = height,
            Width = width,
            Channels = 3,
            Normalization = architecture.Normalization,
        };
        network.eval();
        using var images = zeros(1, 3, height, width);
        using var output = network.call(images);
        return Of(architecture, network, new(3, height, width, Classes: (int)output.shape[1]), preprocessing, environment: null);
    }

    private static CnnTransformer Of(Architecture architecture, TorchSharp.torch.nn.Module<Tensor, Tensor> network, NetworkShape shape,
        ImagePreprocessing preprocessing, IHostEnvironment? environment)
    {
        network.eval();
        var model = new CnnModel
        {
            Architecture = architecture,
            Shape = shape,
            Preprocessing = preprocessing,
            Augmentation = null,
            PixelLayout = PixelLayout.Auto,
            OnBadImage = BadImageHandling.Fail,
            FeatureColumnName = "Image",
            PredictedLabelColumnName = "PredictedLabel",
            ScoreColumnName = "Score",
            Classes = ClassValues.Parse("text", [.. Enumerable.Range(0, shape.Classes).Select(i => $"class{i}")]),
            History = [],
            StopReason = StopReason.Completed,
            Training = null,
        };
        environment ??= new MLContext(seed: 1);
        return new(ImageScorer.Of(environment, network, ExecutionPlan.ForScoring(CPU, NetworkCost.Of(network, shape)), model), []);
    }
}
