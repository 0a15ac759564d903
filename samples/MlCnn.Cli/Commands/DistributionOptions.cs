using System.CommandLine;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli.Commands;

/// <summary>How one training is shared by the processes that were started together: mpirun -n 8 mlcnn train …</summary>
internal static class DistributionOptions
{
    public static IReadOnlyList<TrainingOption> All()
    {
        var none = Flag("--alone", "Train in each process by itself, even where mpirun or srun started several: they then must not share --out.");
        var statistics = Flag("--sync-batch-norm",
            "Under mpirun or srun, have batch normalization take its statistics from the images of all processes: for few images per process.");
        var bfloat16 = Flag("--bfloat16-gradients", "Under mpirun or srun, send gradients as bfloat16: half the bytes, rounded to 8 bits.");
        var rate = Flag("--scale-learning-rate",
            "Under mpirun or srun, multiply --learning-rate by the number of processes, with a warm-up of 5 epochs unless the schedule has one.");
        var patience = CommandOptions.Duration("--patience",
            "Under mpirun or srun, after what time a process that does not come is given up, and all end with a message that names it. Default: 10m.");
        return
        [
            TrainingOption.Of([none, statistics, bfloat16, rate, patience], (result, options) => options.Distribution = result.GetValue(none)
                ? Distribution.None
                : new()
                {
                    SynchronizedBatchNorm = result.GetValue(statistics),
                    BFloat16Gradients = result.GetValue(bfloat16),
                    ScalesLearningRate = result.GetValue(rate),
                    Patience = result.GetValue(patience) ?? Distribution.Auto.Patience,
                }),
        ];
    }

    private static Option<bool> Flag(string name, string description) => new(name) { Description = description };
}
