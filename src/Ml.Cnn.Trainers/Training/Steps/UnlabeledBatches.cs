using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training.Checkpoints;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>
/// Batches of images without labels, on and on: pass after pass over all of them, each in an order of its own. Where they are is kept in checkpoints.
/// </summary>
/// <param name="source">Their rows.</param>
/// <param name="queues">Decode each image twice, one view behind the other.</param>
internal sealed class UnlabeledBatches(IEpochSource source, EpochQueues queues) : ICheckpointed, IDisposable
{
    private IEnumerator<ImageBatch>? _batches;
    private ProgressiveStage? _stage;
    private int _pass = 1;
    private long _taken; // of the pass

    public string Name => "unlabeled";

    /// <summary>The next batch, valid until the next one is asked for.</summary>
    /// <param name="epoch">The training's, from 1: says how large images are.</param>
    /// <exception cref="InvalidOperationException">There is no image that can be used.</exception>
    public ImageBatch Next(int epoch)
    {
        if (queues.StageOf(epoch) is var stage && stage != _stage)
            Close(); // before its queue is
        _stage = stage;
        var queue = queues.Of(epoch);
        for (var passes = 0; passes < 2; passes++)
        {
            _batches ??= Read(queue, _pass, _taken).GetEnumerator();
            if (_batches.MoveNext())
            {
                _taken++;
                return _batches.Current;
            }
            Close();
            (_pass, _taken) = (_pass + 1, 0);
        }
        throw new InvalidOperationException("No image of the unlabeled data could be used.");
    }

    public CheckpointPart Save() => new([], new Dictionary<string, double> { ["pass"] = _pass, ["batches"] = _taken });

    public void Restore(CheckpointPart part)
    {
        Close();
        (_pass, _taken) = ((int)part.Number("pass"), (long)part.Number("batches"));
    }

    public void Dispose()
    {
        Close();
        queues.Dispose();
        source.Dispose();
    }

    // Nothing ends a pass but its end: a step that began is one of those that a resumed training takes as well.
    private IEnumerable<ImageBatch> Read(BatchQueue queue, int pass, long known)
    {
        using var rows = source.Open(pass, CancellationToken.None);
        foreach (var batch in queue.Read(rows, pass, CancellationToken.None, known).Skip((int)known))
            yield return batch;
    }

    private void Close()
    {
        _batches?.Dispose();
        _batches = null;
    }
}
