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
        Distillation(),
    ];

    private static TrainingOption Distillation()
    {
        var teacher = CommandOptions.Text("--teacher", "model.zip",
            "A model whose outputs are learned along with the labels (knowledge distillation); it must know the classes of the images. Default: none.",
            required: false);
        var temperature = CommandOptions.PositiveNumber("--distillation-temperature",
            "What outputs are divided by before the teacher's are learned, above 0: the higher, the more unlikely classes count. Default: 4.");
        var share = CommandOptions.PositiveNumber("--distillation-share",
            "What the teacher's outputs count beside the labels, above 0 and at most 1. Default: 0.9.");
        return TrainingOption.Of([teacher, temperature, share], (result, options) =>
        {
            if (result.GetValue(teacher) is not { } path)
                throw new UsageException("--distillation-temperature and --distillation-share say how a teacher's outputs count: give it with --teacher.");
            if (!File.Exists(path))
                throw new UsageException($"--teacher: there is no file '{path}'.");
            var usual = new Distillation(path);
            options.Distillation = new(path)
            {
                Temperature = result.GetValue(temperature) ?? usual.Temperature,
                Share = result.GetValue(share) is not { } given ? usual.Share : given <= 1 ? given
                    : throw new UsageException(FormattableString.Invariant($"--distillation-share must be above 0 and at most 1, not {given}.")),
            };
        });
    }
}
