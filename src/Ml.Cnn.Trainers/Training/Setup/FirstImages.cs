using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Transforms.Columns;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>The images that an <see cref="Architectures.ImageInitialization"/> sees: the first epoch's first ones, the same in every process.</summary>
internal static class FirstImages
{
    /// <summary>Reads them as scoring would see them, so without augmentation.</summary>
    /// <param name="run">The training.</param>
    /// <param name="source">Its rows.</param>
    /// <param name="format">What they hold.</param>
    /// <param name="count">How many; fewer come where there are fewer.</param>
    /// <returns>N × C × H × W on the CPU, which the caller disposes; null where none could be decoded, which the first epoch says.</returns>
    /// <exception cref="OperationCanceledException">Canceled before the first step.</exception>
    public static Tensor? Read(PreparedRun run, IEpochSource source, ImageColumnFormat format, int count)
    {
        using var scope = NewDisposeScope();
        var decoder = new ImageRowDecoder(format, run.Views.Plain, channelsLast: false);
        var skipped = new BadImages(BadImageHandling.Skip); // the first epoch comes by them again, and says what is wrong with them
        using var queue = new BatchQueue(decoder, run.Views.Shape, run.Settings.Optimization.BatchSize, run.Settings.Input.ReaderThreads, skipped,
            run.Prepared.TakesEveryCore);
        var images = new List<Tensor>();
        var missing = (long)count;
        var steps = new EpochSteps(run.Images, run.Settings.Optimization.BatchSize, World: 1, IsNormalizedAlone: false);
        foreach (var batch in new EpochBatches(source, new EpochQueues(queue), skipped, steps, Shard.Whole).Read(epoch: 1, known: 0, run.Cancellation))
        {
            images.Add(batch.Pixels.narrow(0, 0, Math.Min(missing, batch.Count)).clone()); // the batch's memory takes the next one
            missing -= images[^1].size(0);
            if (missing == 0)
                break;
        }
        run.Cancellation.ThrowIfCancellationRequested();
        return images.Count == 0 ? null : cat(images).MoveToOuterDisposeScope();
    }
}
