using System.Globalization;

namespace MlCnn.Cli.Commands;

/// <summary>What stands around the steps of the optimizer, and what is measured and saved in place of the last step's weights.</summary>
internal static class AveragingOptions
{
    /// <summary>How the gradient becomes a step.</summary>
    public static IReadOnlyList<TrainingOption> Steps() =>
    [
        TrainingOption.Of(CommandOptions.PositiveNumber("--sam",
            "The radius of sharpness-aware minimization, above 0, such as 0.05; steps take about twice as long. Default: none."),
            (options, radius) => options.SharpnessAwareRadius = radius),
        TrainingOption.Flag("--centralize-gradients", "Take the mean over the inputs from the gradient of each output's weights.",
            options => options.GradientCentralization = true),
        TrainingOption.Of(CommandOptions.Fraction("--layer-rate-decay",
            "What the learning rate is multiplied by for every layer between a layer and the head, above 0 and below 1, such as 0.75. Default: the same rate "
            + "for all.", includesZero: false),
            (options, decay) => options.LayerRateDecay = decay),
        TrainingOption.Of(CommandOptions.PositiveNumber("--norm-bias-rate",
            "What the learning rate of the biases of normalizations is multiplied by, above 0, such as 64. Default: the rate of all."),
            (options, factor) => options.NormBiasRateFactor = factor),
        TrainingOption.Of(CommandOptions.Parsed("--stage-epochs", "N,N,…",
            "How many epochs each stage of the network is trained for, from the images on; then it is frozen. Default: all epochs, as for stages that are not "
            + "named.", required: false, ParseEpochs),
            (options, epochs) => options.StageEpochs = epochs),
    ];

    /// <summary>What is measured and saved.</summary>
    public static IReadOnlyList<TrainingOption> Weights() =>
    [
        TrainingOption.Of(CommandOptions.Fraction("--swa",
            "The share of training, above 0 and below 1, such as 0.75, from which on the learning rate stays and the weights of epochs are averaged; the "
            + "average is what is measured and saved. Default: none.", includesZero: false),
            (options, share) => options.WeightAveraging = new() { FromShare = share }),
        TrainingOption.Of(CommandOptions.Number("--lookahead",
            "Steps after which slow weights go half of the way to the optimizer's, at least 1, such as 5; the slow weights are what is measured and saved. "
            + "Default: none.", least: 1),
            (options, steps) => options.Lookahead = new() { Steps = steps }),
        TrainingOption.Of(CommandOptions.Number("--precise-batch-norm",
            "Training images that batch normalization's statistics are computed from anew before they are used; 0 for training's running averages. Default: "
            + "up to 1000 where an epoch has fewer than 30 steps, else 0.", least: 0),
            (options, images) => options.PreciseBatchNorm = images),
    ];

    private static IReadOnlyList<int> ParseEpochs(string text)
    {
        var parts = text.Split(',');
        var epochs = new int[parts.Length];
        for (var i = 0; i < parts.Length; i++)
            if (!int.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out epochs[i]) || epochs[i] < 1)
                throw new FormatException($"--stage-epochs must be numbers of epochs such as 3,5,8, not '{text}'.");
        return epochs;
    }
}
