namespace MlCnn.Cli.Commands;

/// <summary>What is measured and saved in place of the last step's weights and the running statistics.</summary>
internal static class AveragingOptions
{
    public static IReadOnlyList<TrainingOption> Statistics() =>
    [
        TrainingOption.Of(CommandOptions.Number("--precise-batch-norm",
            "Training images that batch normalization's statistics are computed from anew before they are used, at least 1. Default: training's running "
            + "averages.", least: 1),
            (options, images) => options.PreciseBatchNorm = images),
    ];
}
