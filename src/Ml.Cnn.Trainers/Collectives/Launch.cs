using System.Globalization;

namespace Ml.Cnn.Trainers.Collectives;

/// <summary>Who started this process as one of several, by the variables that are set for it.</summary>
internal enum Launcher
{
    /// <summary>Open MPI's mpirun, or Slurm's srun by way of PMIx.</summary>
    OpenMpi,

    /// <summary>The mpirun of MPICH, Intel MPI or Microsoft MPI, or Slurm's srun by way of PMI.</summary>
    Mpich,

    /// <summary>PyTorch's torchrun.</summary>
    Torchrun,

    /// <summary>Slurm's srun, which was not told how the processes find each other.</summary>
    SlurmWithoutMpi,
}

/// <summary>The start of this process as one of several.</summary>
/// <param name="Launcher">Who started it.</param>
/// <param name="Rank">Its number, from 0; null where it is known only to MPI.</param>
/// <param name="World">How many there are; null where that is known only to MPI.</param>
/// <param name="LocalRank">Its number on its machine, from 0; null where no variable says so.</param>
internal sealed record Launch(Launcher Launcher, int? Rank, int? World, int? LocalRank)
{
    /// <summary>
    /// The variable that lets a process go the way of many which a launcher started as the only one: to see that way on one GPU, and what it costs.
    /// </summary>
    public const string GroupOfOne = "MLCNN_GROUP_OF_ONE";

    /// <summary>Looks at the environment.</summary>
    /// <param name="variable">Gives a variable's value, or null.</param>
    /// <returns>Null where the process was started by itself, or as the only one, unless <see cref="GroupOfOne"/> is set to 1.</returns>
    /// <exception cref="InvalidOperationException">A variable that must be a number is none.</exception>
    public static Launch? Find(Func<string, string?> variable)
    {
        // The one that stands closest to the process first: mpirun within a job of Slurm sets its own beside Slurm's, which are those of its daemons.
        var launch = Number("OMPI_COMM_WORLD_RANK") is { } ompi ? new(Launcher.OpenMpi, ompi, Number("OMPI_COMM_WORLD_SIZE"), LocalRank())
            : Number("PMI_RANK") is { } pmi ? new(Launcher.Mpich, pmi, Number("PMI_SIZE"), LocalRank())
            : Number("PMIX_RANK") is { } pmix ? new(Launcher.OpenMpi, pmix, Number("SLURM_STEP_NUM_TASKS"), LocalRank())
            : variable("MASTER_ADDR") is not null && Number("RANK") is { } rank && Number("WORLD_SIZE") is { } world
                ? new(Launcher.Torchrun, rank, world, LocalRank())
            : Number("SLURM_STEP_NUM_TASKS") is > 1 and var tasks && Number("SLURM_PROCID") is { } process
                ? new Launch(Launcher.SlurmWithoutMpi, process, tasks, LocalRank())
            : null;
        return launch is { World: 1 } && variable(GroupOfOne) != "1" ? null : launch;

        int? LocalRank() =>
            Number("OMPI_COMM_WORLD_LOCAL_RANK") ?? Number("MPI_LOCALRANKID") ?? Number("LOCAL_RANK") ?? Number("SLURM_LOCALID");

        int? Number(string name) => variable(name) is not { Length: > 0 } text ? null
            : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
            : throw new InvalidOperationException($"The environment variable {name} must be a whole number from 0, not '{text}'.");
    }
}
