using System.CommandLine;
using System.Globalization;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>How the weights learn: the recipe as a whole, and each part of it.</summary>
internal sealed class OptimizationOptions
{
    private static readonly Dictionary<string, Optimizer> s_optimizers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sgd"] = Optimizer.Sgd,
        ["adam"] = Optimizer.Adam,
        ["adamw"] = Optimizer.AdamW,
        ["rmsprop"] = Optimizer.RmsProp,
        ["lars"] = Optimizer.Lars,
        ["lamb"] = Optimizer.Lamb,
    };

    private readonly Option<string> _preset = CommandOptions.OneOf("--preset", "A paper's recipe: optimizer, batch size, learning rate, schedule, weight decay and augmentation. Other options count before it.", [.. TrainingPreset.All.Select(preset => preset.Name)]);
    private readonly Option<string> _optimizer = CommandOptions.OneOf("--optimizer", "The rule that turns gradients into steps. Default: sgd.", [.. s_optimizers.Keys]);
    private readonly Option<double?> _learningRate = CommandOptions.PositiveNumber("--learning-rate", "The highest learning rate, above 0; 'mlcnn lr-find' looks for one. Default: the preset's, or the network's own for sgd, 1 for lars, 0.001 for the others.");
    private readonly Option<LearningRateSchedule> _schedule = CommandOptions.Parsed("--schedule", "NAME", $"How the learning rate goes on: {string.Join(", ", LearningRateSchedule.Forms)}. Default: cosine, down to 0 over the epochs.", required: false, LearningRateSchedule.Parse);
    private readonly Option<double?> _warmUp = CommandOptions.PositiveNumber("--warm-up", "Epochs, or part of one, in which the learning rate rises to where the schedule begins. Default: none.");
    private readonly Option<double?> _momentum = CommandOptions.Fraction("--momentum", "The momentum of sgd, rmsprop and lars, from 0 to below 1. Default: 0.9.", includesZero: true);
    private readonly Option<double?> _weightDecay = CommandOptions.PositiveNumber("--weight-decay", "The weight decay, above 0. Default: the network's own, 0.01 for adamw and lamb.");
    private readonly Option<double?> _labelSmoothing = CommandOptions.Fraction("--label-smoothing", "The part of each label that is spread over all classes, from 0 to below 1, such as 0.1. Default: 0.", includesZero: true);
    private readonly Option<ClassWeights> _classWeights = CommandOptions.Parsed("--class-weights", "balanced|CLASS=X,…", "How much classes count in the loss: rare ones as much as frequent ones, or by given weights. Default: all images count the same.", required: false, ParseClassWeights);
    private readonly Option<bool> _balancedSampling = new("--balanced-sampling") { Description = "Draw equally many images of each class in every epoch." };
    private readonly Option<double?> _clip = CommandOptions.PositiveNumber("--clip", "The longest that the gradient may be, above 0; a longer one is shortened. Default: no limit.");
    private readonly Option<int?> _accumulate = CommandOptions.Number("--accumulate", "Batches per step of the weights, at least 1: as one large batch, in the memory of a small one. Default: 1.", least: 1);
    private readonly Option<double?> _average = CommandOptions.Fraction("--ema", "The decay of a moving average of the weights, above 0 and below 1, such as 0.999; the average is what is measured and saved. Default: none.", includesZero: false);
    private readonly Option<MultiScale> _multiScale = CommandOptions.Parsed("--multi-scale", "N,N,…", "Heights and widths in pixels to train with in turn, for networks that take any. Default: --image-size alone.", required: false, ParseSizes);

    /// <summary>Everything but what goes by epochs.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_preset, _optimizer, _momentum, _weightDecay, _labelSmoothing, _classWeights, _balancedSampling, _clip, _accumulate, _multiScale])
            command.Add(option);
    }

    /// <summary>What goes by epochs.</summary>
    public void AddScheduleTo(Command command)
    {
        foreach (var option in (Option[])[_learningRate, _schedule, _warmUp, _average])
            command.Add(option);
    }

    /// <summary>Sets the preset's numbers; everything else comes after.</summary>
    public void ApplyPreset(ParseResult result, CnnTrainerOptions options)
    {
        if (result.GetValue(_preset) is { } preset)
            TrainingPreset.Find(preset).Apply(options);
    }

    /// <summary>Sets what the command line says.</summary>
    /// <exception cref="UsageException">The warm-up is longer than the training.</exception>
    public void Apply(ParseResult result, CnnTrainerOptions options)
    {
        if (result.GetValue(_optimizer) is { } name && s_optimizers[name] is var optimizer && optimizer != options.Optimizer)
            (options.Optimizer, options.Nesterov, options.LearningRate, options.WeightDecay) = (optimizer, false, null, null); // the preset's are for another one
        options.LearningRate = result.GetValue(_learningRate) ?? options.LearningRate;
        options.Schedule = result.GetValue(_schedule) ?? options.Schedule;
        options.Momentum = result.GetValue(_momentum) ?? options.Momentum;
        options.Nesterov &= options.Momentum > 0;
        options.WeightDecay = result.GetValue(_weightDecay) ?? options.WeightDecay;
        options.LabelSmoothing = result.GetValue(_labelSmoothing) ?? options.LabelSmoothing;
        options.ClassWeights = result.GetValue(_classWeights);
        options.BalancedSampling = result.GetValue(_balancedSampling);
        options.GradientClippingNorm = result.GetValue(_clip);
        options.GradientAccumulation = result.GetValue(_accumulate) ?? 1;
        options.ExponentialMovingAverage = result.GetValue(_average) ?? options.ExponentialMovingAverage;
        options.MultiScale = result.GetValue(_multiScale);
        if (result.GetValue(_warmUp) is { } epochs)
            options.Schedule = epochs < options.Epochs
                ? options.Schedule.WithWarmUp(epochs)
                : throw new UsageException(FormattableString.Invariant($"--warm-up must be shorter than the {options.Epochs} epochs of training, not {epochs}."));
    }

    private static ClassWeights ParseClassWeights(string text)
    {
        if (text.Equals("balanced", StringComparison.OrdinalIgnoreCase))
            return ClassWeights.Balanced;
        var weights = new Dictionary<string, double>();
        foreach (var part in text.Split(','))
        {
            var equals = part.LastIndexOf('=');
            if (equals <= 0 || !double.TryParse(part.AsSpan(equals + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var weight) || weight is not (> 0 and < double.PositiveInfinity)
                || !weights.TryAdd(part[..equals], weight))
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
