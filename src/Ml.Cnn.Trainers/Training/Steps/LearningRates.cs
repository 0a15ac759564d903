using Ml.Cnn.Trainers.Training.Checkpoints;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>The learning rate of every step of a training run.</summary>
/// <param name="schedule">How the rate changes.</param>
/// <param name="highest">The rate that the schedule's factors belong to.</param>
/// <param name="epochs">All of the run's.</param>
/// <param name="averaging">Of weights, from whose first epoch's end on the rate is one; null: none.</param>
internal sealed class LearningRates(LearningRateSchedule schedule, double highest, int epochs, StochasticWeightAveraging? averaging = null) : ICheckpointed
{
    /// <summary>All that is remembered from epoch to epoch.</summary>
    public PlateauState Plateau { get; private set; } = new(double.MaxValue, 0, 0);

    /// <param name="epochsDone">From 0 to all epochs, in fractions.</param>
    public double At(double epochsDone) => averaging?.FirstEpoch(epochs) is { } first && epochsDone >= first
        ? averaging.LearningRate ?? Scheduled(first) : Scheduled(epochsDone);

    private double Scheduled(double epochsDone) =>
        highest * schedule.Factor(epochsDone, epochs) * (schedule.Plateau is { } rule ? Math.Pow(rule.Factor, Plateau.Reductions) : 1);

    /// <summary>Notes what an epoch came to.</summary>
    /// <param name="loss">The validation set's where there is one, else the training loss.</param>
    public void EpochEnded(double loss)
    {
        if (schedule.Plateau is { } rule)
            Plateau = Plateau.After(loss, rule);
    }

    string ICheckpointed.Name => "schedule";

    CheckpointPart ICheckpointed.Save() => new([], new Dictionary<string, double>
    {
        ["lowestLoss"] = Plateau.LowestLoss,
        ["epochsWithoutFall"] = Plateau.EpochsWithoutFall,
        ["reductions"] = Plateau.Reductions,
    });

    void ICheckpointed.Restore(CheckpointPart part) =>
        Plateau = new(part.Number("lowestLoss"), (int)part.Number("epochsWithoutFall"), (int)part.Number("reductions"));
}

/// <summary>How far the loss has come, as PyTorch's ReduceLROnPlateau counts it.</summary>
/// <param name="LowestLoss">Of the epochs so far; the largest number before the first.</param>
/// <param name="EpochsWithoutFall">Since then, or since the last reduction.</param>
/// <param name="Reductions">How often the rate was lowered.</param>
internal sealed record PlateauState(double LowestLoss, int EpochsWithoutFall, int Reductions)
{
    public PlateauState After(double loss, PlateauRule rule)
    {
        if (loss < LowestLoss * (1 - rule.MinimumChange))
            return new(loss, 0, Reductions);
        return EpochsWithoutFall + 1 > rule.Patience
            ? this with { EpochsWithoutFall = 0, Reductions = Reductions + 1 } : this with { EpochsWithoutFall = EpochsWithoutFall + 1 };
    }
}
