using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Transformers;

/// <summary>Makes a model from weights alone.</summary>
internal static class NetworkImport
{
    public static CnnTransformer Import(IHostEnvironment environment, Architecture architecture, WeightsSource source, CnnImportOptions options)
    {
        OptionsValidation.Check(options);
        if (source.Published is { IsTrunkOnly: true })
            throw new ArgumentException($"{source.Published.Name} are weights of a trunk: their last layers hold no valid numbers, so they cannot tell classes.", nameof(source));
        using var log = environment.Start("CnnImport");
        var device = ComputeDevice.Choose(environment, options.Device, message => log.Warning(MessageSensitivity.None, "{0}", message));
        using var weights = source.Read(options.Cache, options.DownloadProgress, options.CancellationToken);
        var model = Describe(architecture, source, weights, options);

        // Building draws first weights; the process's own random state stays as it was.
        var network = RandomState.Build(seed: 0, () => architecture.Build(model.Shape));
        try
        {
            var report = WeightsLoader.LoadInto(network, architecture, weights.Tensors);
            log.Info(MessageSensitivity.None, "{0}", $"{architecture.Name} for {model.Shape.Classes} classes: {report.Loaded.Count} tensors loaded, {report.LeftOut.Count} left out");
        }
        catch (WeightsFormatException exception)
        {
            network.Dispose();
            throw source.Path is null ? exception : new WeightsFormatException($"'{source.Path}': {exception.Message}", exception);
        }
        var plan = ExecutionPlan.ForScoring(device, NetworkCost.Of(network, model.Shape));
        return new CnnTransformer(new ImageScorer(plan.Prepare(network), plan, model), []);
    }

    private static CnnModel Describe(Architecture architecture, WeightsSource source, WeightsFile weights, CnnImportOptions options)
    {
        var classes = CountClasses(architecture, weights.Tensors);
        var preprocessing = options.Preprocessing ?? source.PreprocessingFor(architecture, CountChannels(architecture, weights.Tensors));
        preprocessing.Validate();
        var names = options.ClassNames ?? (classes == ImageNetClasses.Names.Count ? ImageNetClasses.Names : [.. Enumerable.Range(0, classes).Select(i => FormattableString.Invariant($"class{i}"))]);
        if (names.Count != classes)
            throw new ArgumentException($"The weights tell {classes} classes apart, and there are {names.Count} class names.", nameof(options));
        if (names.GroupBy(name => name).FirstOrDefault(group => group.Count() > 1 || group.Key.Length == 0) is { } twice)
            throw new ArgumentException(twice.Key.Length == 0 ? "A class name is empty." : $"The class name '{twice.Key}' appears twice.", nameof(options));
        return new()
        {
            Architecture = architecture,
            Shape = new(preprocessing.Channels, preprocessing.Height, preprocessing.Width, classes),
            Preprocessing = preprocessing,
            Augmentation = null,
            PixelLayout = PixelLayout.Auto,
            OnBadImage = options.OnBadImage,
            FeatureColumnName = options.FeatureColumnName,
            PredictedLabelColumnName = options.PredictedLabelColumnName,
            ScoreColumnName = options.ScoreColumnName,
            Classes = ClassValues.Parse("text", names),
            History = [],
            StopReason = StopReason.Completed,
            Training = null,
        };
    }

    // The last tensor of the head with two dimensions or more is its weight: classes first.
    private static int CountClasses(Architecture architecture, IReadOnlyList<KeyValuePair<string, Tensor>> weights) =>
        weights.LastOrDefault(pair => architecture.IsHead(pair.Key) && pair.Value.dim() >= 2 && pair.Value.numel() > 0) is { Value: { } head }
            ? checked((int)head.shape[0])
            : throw new WeightsFormatException($"The weights have no last layer '{architecture.Head}' for {architecture.Name}: they are of another network, or of a trunk alone.");

    private static int CountChannels(Architecture architecture, IReadOnlyList<KeyValuePair<string, Tensor>> weights) =>
        weights.FirstOrDefault(pair => pair.Value.dim() == 4) is { Value: { } filters } && filters.shape[1] is (1 or 3 or 4) and var channels ? (int)channels : architecture.Channels;
}
