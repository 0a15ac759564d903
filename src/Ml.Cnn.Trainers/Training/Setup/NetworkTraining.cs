using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>Training of the whole network on images.</summary>
internal static class NetworkTraining
{
    public static TrainingSession Open(PreparedRun run)
    {
        if (run.Settings.Sampling.ProgressiveResizing is not null && run.Data.Columns.Format.Type.IsUsedAsItIs)
        {
            throw OptionCheck.Unfit(nameof(CnnOptions.ProgressiveResizing), $"{nameof(CnnOptions.ProgressiveResizing)} needs images that can be resized: "
                + $"column '{run.Settings.Columns.FeatureColumnName}' is a vector of Single pixels, which is used as it is. Give encoded images, MLImage or "
                + "bytes.");
        }
        var owned = new List<IDisposable>();
        try
        {
            var (source, format) = SourceFactory.Open(run);
            owned.Add(source);
            var steps = run.Steps(run.Prepared.Network);
            var batches = new EpochQueues(stage => Queue(run, format, stage, steps), StageOf, run.Views.Shape.Height);
            owned.Add(batches);
            if (run.StartsAfresh)
                Initialize(run, source, format);
            ValidationPass? validation = null;
            if (run.Data.OpenValidation(run.Settings, run.Cancellation) is { } open)
            {
                var queue = run.Queue(run.ValidationDecoder(), run.Views.Shape);
                owned.Add(queue);
                validation = new(run.Prepared.Network, run.Architecture.Loss, run.Plan.Device, () => run.Shard.Of(open), queue, run.Cancellation);
            }
            var unlabeled = UnlabeledData.Open(run);
            if (unlabeled is not null)
                owned.Add(unlabeled);
            var stages = new TrainableStages(run.Prepared.Network, run.Architecture, run.Settings.Transfer);
            var subject = new TrainingSubject(run.Prepared.Network, run.Views.Shape, run.Loss, run.Plan.Device, run.Plan.ScalesLoss, stages, run.Teacher,
                unlabeled);
            return new(subject, new EpochBatches(source, batches, run.BadImages, steps, run.Shard), validation, owned);
        }
        catch
        {
            owned.Reverse();
            owned.ForEach(o => o.Dispose());
            throw;
        }

        ProgressiveStage? StageOf(int epoch) => run.Settings.Sampling.ProgressiveResizing?.StageOf(epoch, run.Settings.Optimization.Epochs);
    }

    private static BatchQueue Queue(PreparedRun run, ImageColumnFormat format, ProgressiveStage? stage, EpochSteps steps)
    {
        var augmentation = run.Settings.AugmentationOf(stage);
        var view = stage is null ? run.Views.Training : run.Views.Training.ForSize(stage.Size);
        if (augmentation is not null)
            view = view with { ResizeShortSide = view.Height == view.Width ? view.Height : null }; // what a recipe's scales are multiples of
        else if (format != run.Data.Columns.Format)
            view = view with { ResizeShortSide = null }; // the cache holds what the network sees of an image, no more
        if (run.Settings.Sampling.ProgressiveResizing is not null)
            run.Log.Info(MessageSensitivity.None, FormattableString.Invariant($"images of {view.Width}×{view.Height} pixels"));
        var decoder = new ImageRowDecoder(format, view, run.Plan.ChannelsLast, augmentation is null ? null
            : new AugmentationPipeline(augmentation, view), run.Settings.FixedSeed);
        return run.Queue(decoder, run.Views.Shape with { Height = view.Height, Width = view.Width }, steps);
    }

    private static void Initialize(PreparedRun run, IEpochSource source, ImageColumnFormat format)
    {
        if (run.Architecture.ImageInitialization is not { } initialization)
            return;
        using var noGradient = no_grad();
        using var images = FirstImages.Read(run, source, format, initialization.Images);
        if (images is not null)
            initialization.Apply(run.Prepared.Network, images);
    }
}
