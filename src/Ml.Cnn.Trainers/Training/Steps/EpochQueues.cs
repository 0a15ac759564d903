using Ml.Cnn.Trainers.Input;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>What decodes the rows of an epoch: with images that grow, in the size and by the augmentation of the epoch's stage.</summary>
internal sealed class EpochQueues : IDisposable
{
    private readonly Func<ProgressiveStage?, BatchQueue> _open;
    private readonly Func<int, ProgressiveStage?> _stageOf;
    private readonly int _size;
    private BatchQueue? _whole, _staged;
    private ProgressiveStage? _stage;

    /// <param name="open">Opens the queue of a stage; null: of images of full size.</param>
    /// <param name="stageOf">The stage of an epoch; null: images have their full size.</param>
    /// <param name="size">Height and width of images of full size in pixels.</param>
    public EpochQueues(Func<ProgressiveStage?, BatchQueue> open, Func<int, ProgressiveStage?> stageOf, int size) =>
        (_open, _stageOf, _size) = (open, stageOf, size);

    /// <summary>One queue for all epochs, which is disposed with this.</summary>
    public EpochQueues(BatchQueue queue) : this(_ => queue, _ => null, size: 1) { }

    /// <summary>The stage of an epoch; null: images have their full size.</summary>
    /// <param name="epoch">From 1.</param>
    public ProgressiveStage? StageOf(int epoch) => _stageOf(epoch);

    /// <summary>Images of full size.</summary>
    public BatchQueue Whole => _whole ??= _open(null);

    /// <summary>The queue of an epoch. That of the stage before is closed.</summary>
    /// <param name="epoch">From 1.</param>
    public BatchQueue Of(int epoch)
    {
        var stage = _stageOf(epoch);
        if (_staged is not null && stage != _stage)
        {
            _staged.Dispose();
            _staged = null;
        }
        if (stage is null)
            return Whole;
        _stage = stage;
        return _staged ??= _open(stage);
    }

    /// <summary>The pixels of an epoch's images beside those of full size, from 0 to 1: about what an image of it costs.</summary>
    /// <param name="epoch">From 1.</param>
    public double Work(int epoch) => _stageOf(epoch) is { } stage ? Math.Pow((double)stage.Size / _size, 2) : 1;

    public void Dispose()
    {
        _staged?.Dispose();
        _whole?.Dispose();
    }
}
