using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>What training minimizes.</summary>
internal static class LossOptions
{
    public static IReadOnlyList<TrainingOption> All() =>
    [
        TrainingOption.Of(CommandOptions.Parsed("--loss", "NAME",
            $"What training minimizes: {string.Join(", ", LossFunction.Forms)}. generalized and symmetric are for data with wrong labels. Default: "
            + "the network's own, cross-entropy.", required: false, LossFunction.Parse),
            (options, loss) => options.Loss = loss),
    ];
}
