using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Optimization;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>The processes that train one model together, and which of them this one is.</summary>
/// <remarks>
/// Every process has all of the data and the same settings and seed, and trains on its <see cref="Shard"/> of each epoch. So a group
/// of W processes with a batch size of B takes the steps of one process with a batch size of W · B.
/// </remarks>
internal sealed record ProcessGroup
{
    /// <param name="Rank">This process's number, 0 … <paramref name="World"/> − 1.</param>
    /// <param name="World">How many processes there are, 1 or more.</param>
    /// <param name="Reduction">Brings their gradients together before every move of the weights; null where there is one process.</param>
    /// <exception cref="ArgumentOutOfRangeException">There is no such rank.</exception>
    /// <exception cref="ArgumentNullException">There are several processes and no reduction.</exception>
    public ProcessGroup(int Rank, int World, IGradientReduction? Reduction)
    {
        Shard = new(Rank, World);
        if (World > 1)
            ArgumentNullException.ThrowIfNull(Reduction);
        this.Reduction = Reduction;
    }

    /// <summary>One process that trains by itself.</summary>
    public static ProcessGroup Alone { get; } = new(Rank: 0, World: 1, Reduction: null);

    /// <summary>This process's part of every epoch's rows.</summary>
    public Shard Shard { get; }

    /// <summary>Brings the processes' gradients together before every move of the weights; null where there is one process.</summary>
    public IGradientReduction? Reduction { get; }

    /// <summary>Whether this is the process that writes checkpoints and logs and reports progress. The user's callbacks are called in every process.</summary>
    public bool IsMain => Shard.Rank == 0;

    /// <summary>Checks that every process of the group will take the same number of steps, at the same learning rates.</summary>
    /// <param name="settings">With the seed, where the user or a checkpoint fixes one.</param>
    /// <exception cref="InvalidOperationException">A setting lets each process decide by what it alone sees.</exception>
    public void Check(TrainingSettings settings)
    {
        if (Shard.IsWhole)
            return;
        Require(settings.Seed is not null, nameof(CnnTrainerOptions.Seed), "must be the same number in all of them");
        Require(settings.Input.OnBadImage == BadImageHandling.Fail, nameof(CnnTrainerOptions.OnBadImage),
            "must be Fail: a process that leaves out images may have fewer batches than the others, which would wait for it");
        Require(settings.Loss.PseudoLabels is null, nameof(CnnTrainerOptions.PseudoLabels), "cannot be used: unlabeled images are not dealt out to them");
        Require(settings.Stopping.EarlyStopping is null, nameof(CnnTrainerOptions.EarlyStopping), Alike);
        Require(settings.Stopping.TimeBudget is null, nameof(CnnTrainerOptions.TimeBudget), Alike);
        Require(settings.Optimization.Schedule.Plateau is null, nameof(CnnTrainerOptions.Schedule), Alike + " (a schedule that waits for a plateau)");
    }

    private const string Alike = "cannot be used: each process would decide by what it alone sees";

    private static void Require(bool fits, string option, string rule)
    {
        if (!fits)
            throw new InvalidOperationException($"Where several processes train one model, {option} {rule}.");
    }
}
