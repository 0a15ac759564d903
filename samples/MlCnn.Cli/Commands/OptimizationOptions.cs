using System.Globalization;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>How the weights learn: the recipe as a whole, and each part of it.</summary>
internal static class OptimizationOptions
{
    public const string PresetName = "--preset";

    /// <summary>To be set first: other options count before it.</summary>
    public static TrainingOption Preset() => TrainingOption.Of(
        CommandOptions.OneOf(PresetName,
            "A recipe: quick, strong, small-data and transfer for what their names say, or a paper's for its networks. It sets optimizer, batch size, learning "
            + "rate, schedule, weight decay, augmentation and more; other options count before it. Default: that of cifar_speed "
            + "for the networks of this name, none for others.",
            [.. TrainingPreset.All.Select(preset => preset.Name)]),
        (options, name) => TrainingPreset.Find(name).Apply(options));

    /// <summary>Everything but what goes by epochs.</summary>
    public static IReadOnlyList<TrainingOption> Update() =>
    [
        TrainingOption.Of(CommandOptions.Choice<Optimizer>("--optimizer", "The rule that turns gradients into steps. Default: sgd."), Take),
        TrainingOption.Of(CommandOptions.Fraction("--momentum",
            $"The momentum of {Users(info => info.Momentum)}, from 0 to below 1. Default: 0.9.", includesZero: true),
            (options, momentum) => (options.Momentum, options.Nesterov) = (momentum, options.Nesterov && momentum > 0)),
        TrainingOption.Of(CommandOptions.Fraction("--beta1",
            $"The decay of the gradient's mean, from 0 to below 1, of {Users(info => info.Beta1)}. Default: 0.9.", includesZero: true),
            (options, beta1) => options.Beta1 = beta1),
        TrainingOption.Of(CommandOptions.Fraction("--beta2",
            $"The decay of the squared gradient's mean, from 0 to below 1, of {Users(info => info.Beta2)}. Default: 0.999.",
            includesZero: true),
            (options, beta2) => options.Beta2 = beta2),
        TrainingOption.Of(CommandOptions.PositiveNumber("--epsilon",
            $"What is added to the root that steps are divided by, above 0. Default: {Defaults(info => info.Epsilon)}."),
            (options, epsilon) => options.Epsilon = epsilon),
        TrainingOption.Of(CommandOptions.Fraction("--alpha",
            $"The decay of the squared gradient's mean, from 0 to below 1, of {Users(info => info.Alpha)}. Default: 0.9.",
            includesZero: true),
            (options, alpha) => options.Alpha = alpha),
        TrainingOption.Of(CommandOptions.PositiveNumber("--weight-decay",
            $"The weight decay, above 0. Default: the network's own, {Defaults(info => info.WeightDecay)}."),
            (options, decay) => options.WeightDecay = decay),
        .. LossOptions.All(),
        TrainingOption.Of(CommandOptions.Fraction("--label-smoothing",
            "The part of each label that is spread over all classes, from 0 to below 1, such as 0.1. Default: 0.", includesZero: true),
            (options, share) => options.LabelSmoothing = share),
        TrainingOption.Of(CommandOptions.Parsed("--class-weights", "balanced|CLASS=X,…",
            "How much classes count in the loss: rare ones as much as frequent ones, or by given weights. Default: all images count the same.",
            required: false, ParseClassWeights),
            (options, weights) => options.ClassWeights = weights),
        TrainingOption.Flag("--balanced-sampling", "Draw equally many images of each class in every epoch.", options => options.BalancedSampling = true),
        TrainingOption.Of(CommandOptions.PositiveNumber("--clip",
            "The longest that the gradient may be, above 0; a longer one is shortened. Default: no limit."),
            (options, norm) => options.GradientClippingNorm = norm),
        TrainingOption.Of(CommandOptions.Number("--accumulate",
            "Batches per step of the weights, at least 1: as one large batch, in the memory of a small one. Default: 1.", least: 1),
            (options, batches) => options.GradientAccumulation = batches),
        .. AveragingOptions.Steps(),
        TrainingOption.Of(CommandOptions.Parsed("--multi-scale", "N,N,…",
            "Heights and widths in pixels to train with in turn, for networks that take any. Default: --image-size alone.", required: false, ParseSizes),
            (options, sizes) => options.MultiScale = sizes),
        TrainingOption.Of(CommandOptions.Parsed("--progressive", "N,N,…|N:X,N:X,…",
            "Smaller heights and widths in pixels to begin with, for networks that take any, such as 96,128,160, stages as long as each other and as the last "
            + "one of --image-size; or such as 96:0.5,128:0.8, each until that share of the epochs. Default: --image-size from the beginning.",
            required: false, ProgressiveResizing.Parse),
            (options, sizes) => options.ProgressiveResizing = sizes),
    ];

    /// <summary>What goes by epochs; to be set once their number is.</summary>
    public static IReadOnlyList<TrainingOption> Schedule() =>
    [
        TrainingOption.Of(CommandOptions.PositiveNumber("--learning-rate",
            "The highest learning rate, above 0; 'mlcnn lr-find' looks for one. Default: the preset's, or the network's own for sgd, "
            + $"{Defaults(info => info.LearningRate)}."),
            (options, rate) => options.LearningRate = rate),
        TrainingOption.Of(CommandOptions.Parsed("--schedule", "NAME",
            $"How the learning rate goes on: {string.Join(", ", LearningRateSchedule.Forms)}. "
            + "Default: a short warm-up, then cosine, down to 0 over the epochs.",
            required: false, LearningRateSchedule.Parse),
            (options, schedule) => options.Schedule = schedule),
        TrainingOption.Of(CommandOptions.PositiveNumber("--warm-up",
            "Epochs, or part of one, in which the learning rate rises to where the schedule begins. Default: 200 steps, from 5 to 20 % of all; "
            + "none with --schedule."), WarmUp),
        TrainingOption.Of(CommandOptions.Fraction("--ema",
            "The decay of a moving average of the weights, above 0 and below 1, such as 0.999; the average is what is measured and saved. Default: none.",
            includesZero: false),
            (options, decay) => options.ExponentialMovingAverage = decay),
        .. AveragingOptions.Weights(),
    ];

    /// <summary>The optimizers that use an option: "adam, adamw and lamb".</summary>
    private static string Users(Func<OptimizerInfo, double?> option) => Enumerated(OptimizerInfo.All.Where(info => option(info) is not null));

    /// <summary>An option's defaults: "0.00000001 for adam and adamw, 0.001 for rmsprop".</summary>
    private static string Defaults(Func<OptimizerInfo, double?> option) => string.Join(", ", OptimizerInfo.All.Where(info => option(info) is not null)
        .GroupBy(info => option(info)!.Value).Select(group => FormattableString.Invariant($"{group.Key:0.##########} for {Enumerated(group)}")));

    private static string Enumerated(IEnumerable<OptimizerInfo> optimizers)
    {
        string[] names = [.. optimizers.Select(info => info.Optimizer.ToString().ToLowerInvariant())];
        return names.Length == 1 ? names[0] : $"{string.Join(", ", names[..^1])} and {names[^1]}";
    }

    private static void Take(CnnTrainerOptions options, Optimizer optimizer)
    {
        if (optimizer != options.Optimizer) // a preset's numbers are for its own optimizer
            (options.Optimizer, options.Nesterov, options.LearningRate, options.WeightDecay) = (optimizer, false, null, null);
    }

    private static void WarmUp(CnnTrainerOptions options, double epochs) => options.Schedule = epochs < (options.Epochs ?? LeastEpochs)
        ? (options.Schedule ?? LearningRateSchedule.Cosine).WithWarmUp(epochs)
        : throw new UsageException(FormattableString.Invariant(
            $"--warm-up must be shorter than the {options.Epochs ?? LeastEpochs} epochs of training, not {epochs}")
            + (options.Epochs is null ? ": give --epochs." : "."));

    // Of what the library chooses by the data.
    private const int LeastEpochs = 10;

    private static ClassWeights ParseClassWeights(string text)
    {
        if (text.Equals("balanced", StringComparison.OrdinalIgnoreCase))
            return ClassWeights.Balanced;
        var weights = new Dictionary<string, double>();
        foreach (var part in text.Split(','))
        {
            var equals = part.LastIndexOf('=');
            if (equals <= 0 || !double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight)
                || weight is not (> 0 and < double.PositiveInfinity) || !weights.TryAdd(part[..equals], weight))
                throw new FormatException($"--class-weights must be balanced, or classes with numbers above 0 such as cat=2,dog=0.5, not '{text}'.");
        }
        return ClassWeights.Of(weights);
    }

    private static MultiScale ParseSizes(string text)
    {
        var parts = text.Split(',');
        var sizes = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out sizes[i]) || sizes[i] < 1)
                throw new FormatException($"--multi-scale must be numbers of pixels such as 192,224,256, not '{text}'.");
        return MultiScale.Of(sizes);
    }
}
