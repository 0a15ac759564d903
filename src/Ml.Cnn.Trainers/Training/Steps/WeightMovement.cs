using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Training.Optimization;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>All that moves the weights of a training, and what follows them: steps, the optimizer and its rates, averages, statistics.</summary>
internal sealed class WeightMovement : IDisposable
{
    private readonly int _epochs;
    private readonly TrainingStep _step;
    private readonly ParameterOptimizer _optimizer;
    private readonly GradientUpdate _update;
    private readonly SlowWeights? _slow;
    private readonly ShadowWeights? _shadows;
    private readonly EqualAverage? _equalAverage;
    private readonly PopulationStatistics? _statistics;
    private readonly bool _isPrecise;
    private readonly LearningRates _rates;

    /// <param name="subject">What is trained.</param>
    /// <param name="batches">Its images, of which statistics are.</param>
    /// <param name="settings">What to go by.</param>
    /// <param name="collectives">The processes that train together; null: one by itself.</param>
    public WeightMovement(TrainingSubject subject, EpochBatches batches, TrainingSettings settings, ICollectives? collectives)
    {
        var (optimization, averaging, distribution) = (settings.Optimization, settings.Averaging, settings.Sharing.Distribution);
        _epochs = optimization.Epochs;
        _optimizer = Optimizers.Create(optimization, subject.Groups(), subject.NormBiases());
        var average = optimization.ExponentialMovingAverage is { } decay ? new WeightAverage(subject.Network.parameters(), decay) : null;
        _slow = optimization.Lookahead is { } lookahead ? new SlowWeights(subject.Network, lookahead) : null;
        _shadows = (ShadowWeights?)average ?? _slow;
        _equalAverage = averaging.WeightAveraging is { } equal ? new(subject.Network.parameters(), equal, _epochs) : null;
        _isPrecise = averaging.PreciseBatchNorm is not null;
        _statistics = averaging is { PreciseBatchNorm: null, WeightAveraging: null } ? null
            : new(subject, batches, averaging.PreciseBatchNorm ?? long.MaxValue);
        var scaling = subject.ScalesLoss ? new LossScaling() : null;
        var concurrent = collectives?.Concurrent(subject.Device);
        var reduction = collectives is null ? null : new BucketedReduction(collectives, distribution.BFloat16Gradients, concurrent);
        _update = GradientUpdate.Create(_optimizer, optimization, average, scaling, reduction, SharpnessAscent.Of(optimization, subject.Network), _slow,
            concurrent is null ? null : subject.Stages?.OfBackward());
        _step = TrainingStep.Create(subject, settings, _update,
            BatchNormalization.Synchronize(subject.Network, distribution.SynchronizedBatchNorm ? collectives : null));
        _rates = new(optimization.Schedule, optimization.LearningRate, _epochs, averaging.WeightAveraging);
        Parts = [.. ((ICheckpointed?[])[new CheckpointedNetwork(subject.Network), new CheckpointedOptimizer(_optimizer), new CheckpointedRandomState(), _update,
            average, _slow, _equalAverage, _rates, scaling, subject.Unlabeled?.Batches]).OfType<ICheckpointed>()];
    }

    /// <summary>What a checkpoint keeps of it.</summary>
    public IReadOnlyList<ICheckpointed> Parts { get; }

    /// <summary>Whether no batch waits for others to be moved by: gradients that wait for other processes are no checkpoint's.</summary>
    public bool IsComplete => _update.IsComplete;

    /// <summary>Shows the next step's images as they go into the network.</summary>
    /// <param name="show">Gets the images (N × C × H × W) and their classes; then forgotten.</param>
    public void ShowNext(Action<Tensor, Tensor> show) => _step.ShowNext = show;

    /// <summary>The learning rate of a step.</summary>
    /// <param name="epochsDone">In fractions.</param>
    public double Rate(double epochsDone) => _rates.At(epochsDone);

    /// <summary>Takes a step.</summary>
    /// <param name="batch">The images; null where other processes alone have some.</param>
    /// <param name="epoch">From 1.</param>
    /// <param name="steps">Before this one.</param>
    /// <param name="learningRate">Above 0.</param>
    /// <param name="epochsDone">In fractions.</param>
    public StepResult Take(ImageBatch? batch, int epoch, long steps, double learningRate, double epochsDone)
    {
        _slow?.Done = epochsDone / _epochs;
        return batch is null ? _step.TakeWithoutImages(steps, learningRate) : _step.Take(batch, epoch, steps, learningRate);
    }

    /// <summary>After an epoch's last batch.</summary>
    /// <param name="learningRate">Of its last step.</param>
    public void EndSteps(double learningRate) => _step.EndEpoch(learningRate);

    /// <summary>Takes the weights of an epoch's end into their average.</summary>
    /// <param name="epoch">From 1.</param>
    public void EndEpoch(int epoch) => _equalAverage?.EpochEnded(epoch);

    /// <summary>Lets plateaus lower the rate.</summary>
    /// <param name="loss">What an epoch came to.</param>
    public void Note(double loss) => _rates.EpochEnded(loss);

    /// <summary>What is validated and returned in the place of the weights; null: the weights themselves.</summary>
    public ShadowWeights? Shadows => _equalAverage is { Steps: > 0 } ? _equalAverage : _shadows;

    /// <summary>Computes the statistics that are asked for; running averages are of other weights than an average of the last epochs.</summary>
    /// <param name="epoch">From 1.</param>
    /// <param name="cancellation">Ends the pass early.</param>
    public void ComputeStatistics(int epoch, CancellationToken cancellation)
    {
        if (_isPrecise || _equalAverage is { Steps: > 0 })
            _statistics?.Compute(epoch, cancellation);
    }

    public void Dispose()
    {
        _equalAverage?.Dispose();
        _update.Dispose();
        _optimizer.Dispose();
    }
}
