using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Training;

/// <summary>How far a training has come: what changes from step to step, and what a checkpoint writes of it.</summary>
internal sealed class TrainingState
{
    private readonly List<CnnEpoch> _history = [];

    /// <summary>The epoch under way, from 1; one more than there are once all are over.</summary>
    public int Epoch { get; private set; }

    /// <summary>The epoch's batches that were trained on.</summary>
    public long Batches { get; private set; }

    /// <summary>The epoch's images that were trained on.</summary>
    public long Images { get; private set; }

    /// <summary>The hash of these images' rows in their order.</summary>
    public ulong RowOrder { get; private set; }

    /// <summary>How many processes they came to.</summary>
    public int Processes { get; private set; } = 1;

    /// <summary>Steps over all epochs.</summary>
    public long Steps { get; private set; }

    /// <summary>The learning rate of the latest step.</summary>
    public double LearningRate { get; set; }

    /// <summary>What the epoch's images came to.</summary>
    public PassTotals Totals { get; private set; } = new();

    /// <summary>The epochs that are over; grows while training goes on.</summary>
    public IReadOnlyList<CnnEpoch> History => _history;

    /// <summary>Notes a step over a batch.</summary>
    /// <param name="batch">This process's; null: only others had one.</param>
    /// <param name="images">Of all processes.</param>
    public void StepTaken(ImageBatch? batch, long images)
    {
        Steps++;
        Batches++;
        Images += images;
        if (batch is not null)
            RowOrder = RowOrderHash.Add(RowOrder, batch);
    }

    /// <summary>Ends the epoch under way.</summary>
    /// <param name="epoch">What it came to.</param>
    public void EpochEnded(CnnEpoch epoch) => _history.Add(epoch);

    /// <summary>A copy that later steps do not change.</summary>
    /// <param name="badImages">Those that were skipped so far.</param>
    /// <param name="processes">How many train together.</param>
    public TrainingPosition Save(IReadOnlyList<BadImage> badImages, int processes) => new()
    {
        Processes = processes,
        Epoch = Epoch,
        Batches = Batches,
        Steps = Steps,
        Images = Images,
        RowOrder = RowOrder,
        Sums = Totals.Sums,
        LearningRate = LearningRate,
        History = [.. _history],
        BadImages = badImages,
    };

    /// <summary>Goes to a position: an earlier training's, or the beginning of the next epoch.</summary>
    public void Restore(TrainingPosition position)
    {
        (Epoch, Batches, Steps, Images) = (position.Epoch, position.Batches, position.Steps, position.Images);
        Processes = position.Processes;
        (RowOrder, Totals, LearningRate) = (position.RowOrder, new PassTotals(position.Sums), position.LearningRate);
        _history.Clear();
        _history.AddRange(position.History);
    }
}
