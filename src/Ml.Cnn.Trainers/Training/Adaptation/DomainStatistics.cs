using System.Globalization;
using Microsoft.ML;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Execution;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Scoring;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Steps;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Adaptation;

/// <summary>Gives a copy of a trained network the batch normalization statistics of images of another domain.</summary>
/// <param name="model">The network, which stays as it is.</param>
/// <param name="options">How; checked.</param>
internal sealed class DomainStatistics(CnnTransformer model, CnnAdaptationOptions options)
{
    // Images are drawn in the same order each time, so that the result repeats.
    private const int Seed = 1;

    private readonly CnnModel _model = model.Scorer.Model;
    private readonly IHostEnvironment _environment = model.Scorer.Environment;

    /// <summary>The copy, with statistics of the images.</summary>
    /// <exception cref="InvalidOperationException">The network has no batch normalization, or there are too few images.</exception>
    public CnnTransformer Compute(IDataView images)
    {
        using var use = model.Scorer.Single.Claim.Use();
        using var log = _environment.Start("CnnAdaptation");
        var network = Copy();
        try
        {
            network.train();
            var layers = BatchNormalization.Following(network);
            network.eval();
            if (layers.Count == 0)
            {
                throw new InvalidOperationException($"{_model.Architecture.Name} has no batch normalization whose statistics could be computed anew: "
                    + "train it further on labeled images of the new domain instead.");
            }
            var plan = ExecutionPlan.ForScoring(model.Scorer.Single.Plan.Device, NetworkCost.Of(network, _model.Shape));
            network = plan.Prepare(network);
            var badImages = new BadImages(_model.OnBadImage);
            var seen = Pass(network, plan, layers, images, badImages, log);
            badImages.ThrowIfMustFail();
            options.CancellationToken.ThrowIfCancellationRequested();
            RequireEnough(seen);
            log.Info(MessageSensitivity.None, "{0}",
                string.Create(CultureInfo.InvariantCulture, $"{layers.Count} layers have the statistics of {seen} images"));
            // How sure scores are was fitted on images of the old domain.
            var scorer = ImageScorer.Of(_environment, network, plan, _model with { Calibration = null });
            return new CnnTransformer(scorer, badImages.All);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    private Module<Tensor, Tensor> Copy()
    {
        var copy = RandomState.Build(seed: 0, () => _model.Architecture.Build(_model.Shape));
        using var noGradient = no_grad();
        foreach (var (own, source) in ModuleState.Of(copy).Zip(ModuleState.Of(model.Scorer.Network)))
            own.Value.copy_(source.Value);
        return copy;
    }

    private long Pass(Module<Tensor, Tensor> network, ExecutionPlan plan, IReadOnlyList<BatchNormalization> layers, IDataView images, BadImages badImages,
        IChannel log)
    {
        var (schema, threads) = (images.Schema, Environment.ProcessorCount);
        var format = FeatureColumn.Of(schema, _model.FeatureColumnName, _model.PixelLayout, _model.Shape.Channels);
        var columns = new ImageColumns(schema[_model.FeatureColumnName], format, Label: null, ImageColumns.FindPath(schema));
        var decoder = ImageRowDecoder.ForScoring(format, _model.Preprocessing with { TestTime = TestTimeAugmentation.None }, _model.Augmentation,
            plan.ChannelsLast);
        using var source = Source(images, columns, threads, log);
        using var queue = new BatchQueue(decoder, _model.Shape, options.BatchSize, threads, badImages, takesUnlabeled: true);
        using var rows = source.Open(epoch: 1, options.CancellationToken);
        return StatisticsPass.Compute(network, layers, queue.Read(rows, epoch: 1, options.CancellationToken), batch => batch.Pixels.BringTo(plan.Device),
            options.MostImages ?? long.MaxValue, options.CancellationToken, options.SourceImages);
    }

    // A batch of images that lie side by side may be of one class, and later layers would see that class alone.
    private IEpochSource Source(IDataView images, ImageColumns columns, int threads, IChannel log)
    {
        if (images.CanShuffle)
        {
            var epochs = new AugmentedEpochs(Seed, message => log.Warning(MessageSensitivity.None, "{0}", message));
            return new ShuffledSource(images, columns, threads, Seed, epochs);
        }
        using var rows = new ParallelRowFeed(images, columns, threads, shuffle: null, options.CancellationToken);
        return new SpooledSource(rows, MlNetEnvironment.TemporaryFolder(_environment), Seed);
    }

    private void RequireEnough(long images)
    {
        var least = options.SourceImages > 0 ? 2 : CnnAdaptationOptions.LeastImages;
        if (images >= least || images >= options.MostImages)
            return;
        throw new InvalidOperationException(string.Create(CultureInfo.InvariantCulture,
            $"Statistics of {images} images say too little of a new domain: give {least} or more")
            + (options.SourceImages > 0 ? "." : $", or let those of training count beside them ({nameof(CnnAdaptationOptions.SourceImages)}, 16 or more)."));
    }
}
