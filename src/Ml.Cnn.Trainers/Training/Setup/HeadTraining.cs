using System.Globalization;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Transfer;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>With a frozen backbone: the features that the head sees of each image are computed once, and the head is trained on them.</summary>
internal static class HeadTraining
{
    /// <returns>Null where images differ from epoch to epoch or the network cannot be cut, so that the whole network has to run in every epoch.</returns>
    public static TrainingSession? TryOpen(PreparedRun run)
    {
        var settings = run.Settings;
        if (settings.Transfer is not { Freeze: Freezing.Backbone, BatchNormStatistics: not BatchNormStatistics.Updated }
            || run.Teacher is not null || run.Handles.PseudoLabels is not null || settings.Input.Augmentation is not null
            || settings.Sampling is not { MultiScale: null, ProgressiveResizing: null }
            || HeadOnly.Of(run.Prepared.Network, run.Architecture, run.Views.Shape, run.Plan.Device) is not { } head)
            return null;
        var epochs = new AugmentedEpochs(settings.FixedSeed, message => run.Log.Warning(MessageSensitivity.None, "{0}", message));
        var rows = run.Shard.Of(epochs, 1, run.OpenRows);
        if (epochs.WasSeen)
        {
            rows.Dispose();
            return null;
        }
        var owned = new List<IDisposable>();
        try
        {
            var decoder = new ImageRowDecoder(run.Data.Columns.Format, run.Views.Plain, run.Plan.ChannelsLast);
            var (features, computed) = Features(run, head, rows, decoder, run.Processes.Collectives, settings.Sampling.BalancedSampling);
            owned.Add(features);
            var shape = new NetworkShape(1, 1, (int)head.Length, run.Views.Shape.Classes);
            ValidationPass? validation = null;
            if (run.Data.OpenValidation(settings, run.Cancellation) is { } open)
            {
                var (validationFeatures, _) = Features(run, head, run.Shard.Of(open), run.ValidationDecoder(), sharers: null, isBalanced: false);
                owned.Add(validationFeatures);
                var queue = run.Queue(FeatureDecoder(head), shape);
                owned.Add(queue);
                validation = new(head, run.Architecture.Loss, run.Plan.Device, () => validationFeatures.Open(1, run.Cancellation), queue, run.Cancellation);
            }
            run.Log.Info(MessageSensitivity.None, string.Create(CultureInfo.InvariantCulture, $"the {head.Length} features of every image are kept"
                + $"{(run.Shard.IsWhole ? "" : $", those of {computed} images computed here")}; the head alone is trained on them"));
            var steps = run.Steps(head);
            var batches = new EpochQueues(run.Queue(FeatureDecoder(head), shape, steps));
            owned.Add(batches);
            var subject = new TrainingSubject(head, shape, run.Loss, run.Plan.Device, run.Plan.ScalesLoss, Stages: null);
            return new(subject, new EpochBatches(features, batches, run.BadImages, steps, run.Shard), validation, owned);
        }
        catch
        {
            owned.Reverse();
            owned.ForEach(o => o.Dispose());
            throw;
        }
    }

    /// <param name="run">The run.</param>
    /// <param name="head">What the features are for.</param>
    /// <param name="images">This process's.</param>
    /// <param name="decoder">Of them.</param>
    /// <param name="sharers">The processes that have the features of each other's images, too; null: each has its own.</param>
    /// <param name="isBalanced">Whether each class comes equally often.</param>
    private static (SpooledSource Features, ulong Computed) Features(PreparedRun run, HeadOnly head, IRowFeed images, ImageRowDecoder decoder,
        ICollectives? sharers, bool isBalanced)
    {
        using var batches = run.Queue(decoder, run.Views.Shape);
        using var mine = new FeatureFeed(run.Prepared.Network, head, run.Plan.Device, images, batches, run.Cancellation);
        IRowFeed feed = sharers is null ? mine : new SharedFeatures(mine, sharers, (int)head.Length);
        var features = new SpooledSource(feed, run.TemporaryFolder, run.Settings.FixedSeed, isBalanced);
        if (run.BadImages.MustFail)
            features.Dispose();
        run.BadImages.ThrowIfMustFail();
        return (features, mine.Images);
    }

    // Features are taken as they are: 1/255 undoes the scaling of pixels.
    private static ImageRowDecoder FeatureDecoder(HeadOnly head) => new(new ImageColumnFormat(ImageColumnTypes.Singles, 1, (int)head.Length, 1),
        new ImagePreprocessing { Height = 1, Width = (int)head.Length, Channels = 1, Normalization = new([0], [1 / 255f]) }, channelsLast: false);
}
