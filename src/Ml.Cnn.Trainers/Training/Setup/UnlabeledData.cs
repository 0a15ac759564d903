using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Columns;

namespace Ml.Cnn.Trainers.Training.Setup;

/// <summary>The images without labels that a run learns from.</summary>
internal static class UnlabeledData
{
    // Other draws and another order than those of the labeled images.
    private const int SeedOffset = 104_729;

    private const string Option = nameof(CnnOptions.PseudoLabels);

    /// <summary>The column of images, which must be the training data's.</summary>
    /// <exception cref="ArgumentException">It is missing or of another type, or images cannot be augmented.</exception>
    public static ImageColumns Columns(IDataView data, TrainingSettings settings, ImageColumns labeled)
    {
        var name = settings.Columns.FeatureColumnName;
        var format = FeatureColumn.Of(data.Schema, name, settings.Input.PixelLayout, settings.Input.Channels);
        if (format != labeled.Format)
        {
            throw SchemaErrors.Mismatch("feature", name, $"the training data's {labeled.Feature.Type} in the unlabeled data",
                data.Schema[name].Type.ToString()!);
        }
        if (format.Type.IsUsedAsItIs)
        {
            throw OptionCheck.Unfit(Option, $"{Option} needs images that can be augmented: column '{name}' is a vector of Single pixels, which is used as it "
                + "is. Give encoded images, MLImage or bytes.");
        }
        return new(data.Schema[name], format, Label: null, ImageColumns.FindPath(data.Schema));
    }

    /// <summary>Counts the images.</summary>
    /// <exception cref="InvalidOperationException">There are none.</exception>
    public static LabelSurvey Survey(IDataView data, CancellationToken cancellation)
    {
        var survey = LabelSurvey.OfUnlabeled(data, cancellation);
        return survey.Missing > 0 ? survey : throw new InvalidOperationException($"The data of {Option} holds no rows.");
    }

    /// <summary>Opens them; null where the run has none.</summary>
    public static UnlabeledImages? Open(PreparedRun run)
    {
        if (run.Handles.PseudoLabels is not { Images: var data } || run.Settings.Loss.PseudoLabels is not { } settings)
            return null;
        var columns = Columns(data, run.Settings, run.Data.Columns);
        var batch = (int)Math.Min((long)settings.Ratio * run.Settings.Optimization.BatchSize, run.UnlabeledImages);
        var (source, format) = Source(run, data, columns);
        var queues = new EpochQueues(stage => Queue(run, settings, format, batch, stage),
            epoch => run.Settings.Sampling.ProgressiveResizing?.StageOf(epoch, run.Settings.Optimization.Epochs), run.Views.Shape.Height);
        return new(new(source, queues), new(settings.Threshold, settings.Weight), run.Plan.ChannelsLast);
    }

    private static (IEpochSource Source, ImageColumnFormat Format) Source(PreparedRun run, IDataView data, ImageColumns columns)
    {
        var (seed, input) = (Seed(run), run.Settings.Input);
        if (input.Cache == ImageCache.None && data.CanShuffle)
        {
            var epochs = new AugmentedEpochs(seed, message => run.Log.Warning(MessageSensitivity.None, "{0}", message));
            return (new ShuffledSource(data, columns, input.ReaderThreads, seed, epochs), columns.Format);
        }
        var rows = new ParallelRowFeed(data, columns, input.ReaderThreads, shuffle: null, run.Cancellation);
        if (input.Cache == ImageCache.None)
        {
            using (rows)
                return (new SpooledSource(rows, run.TemporaryFolder, seed), columns.Format);
        }
        using var decoded = new DecodedFeed(rows, columns.Format, run.Views.Training, isAugmented: true);
        return (input.Cache == ImageCache.Memory ? new MemorySource(decoded, seed) : new SpooledSource(decoded, run.TemporaryFolder, seed, isMapped: true),
            decoded.Format);
    }

    // Both views of an image lie behind each other, as one image twice as high, or of twice as many channels.
    private static BatchQueue Queue(PreparedRun run, PseudoLabelSettings settings, ImageColumnFormat format, int batch, ProgressiveStage? stage)
    {
        var view = run.Views.Training;
        if (stage is not null)
            view = view.ForSize(stage.Size);
        view = view with { ResizeShortSide = view.Height == view.Width ? view.Height : null }; // what a recipe's scales are multiples of
        var weak = run.Settings.AugmentationOf(stage);
        var strong = new ImageAugmentation([.. weak?.Steps ?? [], .. settings.StrongAugmentation.Steps]);
        var decoder = ImageRowDecoder.ForPairs(format, view, run.Plan.ChannelsLast, weak is null ? null : new(weak, view), new(strong, view), Seed(run));
        var shape = run.Views.Shape with { Height = view.Height, Width = view.Width };
        shape = run.Plan.ChannelsLast ? shape with { Height = 2 * shape.Height } : shape with { Channels = 2 * shape.Channels };
        return new(decoder, shape, batch, run.Settings.Input.ReaderThreads, run.BadImages, run.Prepared.TakesEveryCore, takesUnlabeled: true);
    }

    private static int Seed(PreparedRun run) => unchecked(run.Settings.FixedSeed + SeedOffset);
}
