using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Transforms.Augmentation;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>Training of the whole network on images.</summary>
internal static class NetworkTraining
{
    public static TrainingSession Open(PreparedRun run)
    {
        var owned = new List<IDisposable>();
        try
        {
            var (source, format) = SourceFactory.Open(run);
            owned.Add(source);
            var (view, augmentation) = (run.Views.Training, run.Settings.Input.Augmentation);
            var decoder = new ImageRowDecoder(format, view, run.Plan.ChannelsLast, augmentation is null ? null
                : new AugmentationPipeline(augmentation, view), run.Settings.FixedSeed);
            var steps = run.Steps(run.Prepared.Network);
            var batches = run.Queue(decoder, run.Views.Shape with { Height = view.Height, Width = view.Width }, steps);
            owned.Add(batches);
            ValidationPass? validation = null;
            if (run.Data.OpenValidation(run.Settings, run.Cancellation) is { } open)
            {
                var queue = run.Queue(run.ValidationDecoder(), run.Views.Shape);
                owned.Add(queue);
                validation = new(run.Prepared.Network, run.Architecture.Loss, run.Plan.Device, () => run.Shard.Of(open()), queue, run.Cancellation);
            }
            var stages = new TrainableStages(run.Prepared.Network, run.Architecture, run.Settings.Transfer);
            var subject = new TrainingSubject(run.Prepared.Network, run.Views.Shape, run.Loss, run.Plan.Device, run.Plan.ScalesLoss, stages, run.Teacher);
            return new(subject, new EpochBatches(source, batches, run.BadImages, steps, run.Shard), validation, owned);
        }
        catch
        {
            owned.Reverse();
            owned.ForEach(o => o.Dispose());
            throw;
        }
    }
}
