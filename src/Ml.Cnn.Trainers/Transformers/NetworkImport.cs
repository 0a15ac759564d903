using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transformers;

/// <summary>Makes a model from weights alone.</summary>
internal static class NetworkImport
{
    public static CnnTransformer Import(IHostEnvironment environment, Architecture architecture, WeightsSource source, CnnImportOptions options,
        out CnnImportReport report)
    {
        options.Check();
        if (source.Published is { IsTrunkOnly: true })
            throw new ArgumentException($"{source.Published.Name} are weights of a trunk: their last layers hold no valid numbers, so they cannot tell "
                + "classes.", nameof(source));
        using var log = environment.Start("CnnImport");
        var device = ComputeDevice.Choose(environment, options.Device, Warn);
        using var weights = source.Read(options.Cache, options.DownloadProgress, options.CancellationToken);
        try
        {
            var tensors = NameFit.Find(weights.Tensors, Names(architecture)).Tensors;
            var preprocessing = ImportPreprocessing.Choose(options, source.Published, architecture, CountChannels(architecture, tensors));
            var model = Describe(architecture, CountClasses(architecture, weights.Tensors, tensors), preprocessing.Preprocessing, options,
                ownNames: null);
            var network = Build(architecture, model.Shape, weights.Tensors, out var loaded, out var nonFinite);
            report = new()
            {
                Preprocessing = preprocessing.Preprocessing,
                PreprocessingReason = preprocessing.Reason,
                Weights = loaded,
                Key = weights.Key,
                OtherKeys = weights.OtherKeys,
                NonFiniteTensors = nonFinite,
            };
            if (preprocessing.Doubt is { } doubt)
                Warn(doubt);
            foreach (var warning in WeightsWarnings.Of(weights, nonFinite, source.Key))
                Warn(warning);
            log.Info(MessageSensitivity.None, "{0}", $"{architecture.Name} for {model.Shape.Classes} classes: {loaded.Loaded.Count} tensors loaded"
                + (loaded.Prefix.Length > 0 ? $" from names after '{loaded.Prefix}'" : "")
                + $", {loaded.LeftOut.Count} left out; images as {preprocessing.Reason}");
            return Transformer(environment, device, network, model, Warn);
        }
        catch (WeightsFormatException exception) when (source.Path is not null)
        {
            throw new WeightsFormatException($"'{source.Path}': {exception.Message}", exception);
        }

        void Warn(string message) => log.Warning(MessageSensitivity.None, "{0}", message);
    }

    /// <summary>Makes a model of a network that came with its weights.</summary>
    /// <exception cref="ArgumentException">No weights came with it, or none of the head; or there are not as many class names as classes.</exception>
    public static CnnTransformer Import(IHostEnvironment environment, Architecture architecture, CnnImportOptions options, out CnnImportReport report)
    {
        options.Check();
        var own = OwnWeights(architecture);
        if (own.IsBackbone)
        {
            throw new ArgumentException($"{own.Source} holds no classifier, and so cannot tell classes: train a model of it instead, whose last layer "
                + $"'{architecture.Head}' is drawn, or take its features with mlContext.Transforms.CnnFeatures.", nameof(architecture));
        }
        return ImportOwn(environment, architecture, own, architecture.DefaultClasses, options, out report);
    }

    /// <summary>Makes a model of a network that came with its weights, for its features: where the weights have no head, one class stands for all.</summary>
    /// <exception cref="ArgumentException">No weights came with it.</exception>
    public static CnnTransformer ForFeatures(IHostEnvironment environment, Architecture architecture, CnnImportOptions options)
    {
        var own = OwnWeights(architecture);
        return ImportOwn(environment, architecture, own, own.IsBackbone ? 1 : architecture.DefaultClasses, options, out _);
    }

    private static ArchitectureWeights OwnWeights(Architecture architecture) => architecture.Weights
        ?? throw new ArgumentException($"{architecture.Name} came without weights: name a file of them.", nameof(architecture));

    private static CnnTransformer ImportOwn(IHostEnvironment environment, Architecture architecture, ArchitectureWeights own, int classes,
        CnnImportOptions options, out CnnImportReport report)
    {
        using var log = environment.Start("CnnImport");
        var device = ComputeDevice.Choose(environment, options.Device, Warn);
        var assumed = new AssumedPreprocessing(own.Preprocessing, own.PreprocessingReason, Doubt: null);
        var preprocessing = ImportPreprocessing.Choose(options, assumed);
        var model = Describe(architecture with { Weights = null }, classes, preprocessing.Preprocessing, options, own.ClassNames);
        var network = Build(architecture, model.Shape, own.Tensors, out var loaded, out var nonFinite, replaceHead: own.IsBackbone);
        report = new()
        {
            Preprocessing = preprocessing.Preprocessing,
            PreprocessingReason = preprocessing.Reason,
            Weights = loaded,
            Key = "",
            OtherKeys = [],
            NonFiniteTensors = nonFinite,
        };
        if (nonFinite.Count > 0)
            Warn(NonFiniteTensors.Describe(nonFinite));
        log.Info(MessageSensitivity.None, "{0}",
            $"{architecture.Name} for {model.Shape.Classes} classes, with its own weights; images as {preprocessing.Reason}");
        return Transformer(environment, device, network, model, Warn);

        void Warn(string message) => log.Warning(MessageSensitivity.None, "{0}", message);
    }

    private static Module<Tensor, Tensor> Build(Architecture architecture, NetworkShape shape, IReadOnlyList<KeyValuePair<string, Tensor>> weights,
        out WeightsReport loaded, out IReadOnlyList<string> nonFinite, bool replaceHead = false)
    {
        // Building draws first weights; the process's own random state stays as it was.
        var network = RandomState.Build(seed: 0, () => architecture.Build(shape));
        try
        {
            loaded = WeightsLoader.LoadInto(network, architecture, weights, replaceHead);
        }
        catch (WeightsFormatException)
        {
            network.Dispose();
            throw;
        }
        nonFinite = NonFiniteTensors.In(ModuleState.Of(network));
        return network;
    }

    private static CnnTransformer Transformer(IHostEnvironment environment, Device device, Module<Tensor, Tensor> network, CnnModel model, Action<string> warn)
    {
        var plan = ExecutionPlan.ForScoring(device, NetworkCost.Of(network, model.Shape));
        var scorer = ImageScorer.Of(environment, network, plan, model);
        if (NonFiniteLayer.Find(scorer.Network, model.Shape) is { } since)
            warn(NonFiniteLayer.Warning(model.Architecture.Name, "the imported network's scores", since.ToString()));
        return new CnnTransformer(scorer, []);
    }

    private static HashSet<string> Names(Architecture architecture)
    {
        using var network = architecture.BuildWithoutWeights(new(architecture.Channels, architecture.ImageSize, architecture.ImageSize,
            architecture.DefaultClasses));
        return [.. ModuleState.Of(network).Select(pair => pair.Key)];
    }

    private static CnnModel Describe(Architecture architecture, int classes, ImagePreprocessing preprocessing, CnnImportOptions options,
        IReadOnlyList<string>? ownNames)
    {
        var names = options.ClassNames ?? ownNames ?? (classes == ImageNetClasses.Names.Count ? ImageNetClasses.Names
            : [.. Enumerable.Range(0, classes).Select(i => FormattableString.Invariant($"class{i}"))]);
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
    private static int CountClasses(Architecture architecture,
        IReadOnlyList<KeyValuePair<string, Tensor>> all, IReadOnlyList<KeyValuePair<string, Tensor>> weights)
    {
        if (weights.LastOrDefault(pair => architecture.IsHead(pair.Key) && pair.Value.dim() >= 2 && pair.Value.numel() > 0) is { Value: { } head })
            return checked((int)head.shape[0]);
        var (found, names) = (weights.Select(pair => pair.Key).ToHashSet(), Names(architecture));
        var isBackbone = names.All(name => found.Contains(name) || architecture.IsHead(name) || name.EndsWith("num_batches_tracked", StringComparison.Ordinal));
        if (isBackbone)
        {
            string[] others = [.. all.Select(pair => pair.Key).Where(name => !names.Any(known => name.EndsWith(known, StringComparison.Ordinal)))];
            throw new WeightsFormatException($"They are of {architecture.Name} without its last layer '{architecture.Head}', a backbone, which cannot tell "
                + "classes"
                + (others.Length > 0 ? $" (beside it are {Listing.Of(others)})" : "")
                + ". Train a model from them instead: they may be the Weights of a trainer.");
        }
        string[] missing = [.. names.Where(name => !found.Contains(name))];
        string[] unexpected = [.. found.Where(name => !names.Contains(name))];
        throw ModuleState.DoNotFit(architecture.Name, missing, unexpected, [], TensorNameHints.Describe(missing, unexpected));
    }

    private static int CountChannels(Architecture architecture, IReadOnlyList<KeyValuePair<string, Tensor>> weights) =>
        weights.FirstOrDefault(pair => pair.Value.dim() == 4) is { Value: { } filters } && filters.shape[1] is (1 or 3 or 4) and var channels
            ? (int)channels : architecture.Channels;
}
