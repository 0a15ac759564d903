using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Transfer;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training;

/// <summary>How a training run ended.</summary>
internal sealed record TrainingOutcome(IReadOnlyList<CnnEpoch> History, StopReason Reason);

/// <summary>Trains a network: epochs of steps, each forward, backward and one move of the optimizer.</summary>
internal sealed class TrainingLoop
{
    private readonly Module<Tensor, Tensor> _network;
    private readonly NetworkShape _shape;
    private readonly ClassificationLoss _loss;
    private readonly TrainingSettings _settings;
    private readonly Device _device;
    private readonly TrainableStages? _stages;
    private readonly optim.Optimizer _optimizer;
    private readonly double[] _rateFactors; // of the optimizer's groups
    private readonly IEpochSource _source;
    private readonly BatchQueue _batches;
    private readonly BadImages _badImages;
    private readonly ValidationPass? _validation;
    private readonly long _imagesPerEpoch;
    private readonly CnnOptions _options;
    private readonly IChannel _log;
    private readonly ProgressReporter _progress;
    private readonly BatchMixing? _mixing;
    private readonly List<CnnEpoch> _history = [];
    private long _steps;
    private long _trainedParameters;
    private double _learningRate;
    private (int Epoch, long Step, double Loss, double LearningRate)? _notFinite;

    /// <param name="network">On <paramref name="device"/> already; trained in place.</param>
    /// <param name="stages">Which parts are trained when; null: all of it, always.</param>
    /// <param name="shape">Its input and classes.</param>
    /// <param name="loss">What to minimise.</param>
    /// <param name="settings">What to go by.</param>
    /// <param name="device">Where the steps run.</param>
    /// <param name="source">The training rows, epoch by epoch.</param>
    /// <param name="batches">Decodes them.</param>
    /// <param name="badImages">Notes the pictures that could not be decoded.</param>
    /// <param name="validation">Scores the validation set; null without one.</param>
    /// <param name="imagesPerEpoch">Labelled rows.</param>
    /// <param name="options">The user's callbacks and cancellation.</param>
    /// <param name="log">MLContext.Log.</param>
    public TrainingLoop(Module<Tensor, Tensor> network, TrainableStages? stages, NetworkShape shape, ClassificationLoss loss, TrainingSettings settings, Device device, IEpochSource source, BatchQueue batches,
        BadImages badImages, ValidationPass? validation, long imagesPerEpoch, CnnOptions options, IChannel log)
    {
        (_network, _shape, _loss, _settings, _device, _source, _batches, _badImages, _validation, _imagesPerEpoch, _options, _log) =
            (network, shape, loss, settings, device, source, batches, badImages, validation, imagesPerEpoch, options, log);
        _mixing = options.Augmentation?.Batch is { } mixing ? new(mixing, settings.Seed) : null;
        _stages = stages;
        var groups = stages?.Groups() ?? [(1, [.. network.parameters()])];
        _rateFactors = [.. groups.Select(group => group.Factor)];
        _optimizer = Optimizers.Create(settings, groups);
        _progress = new ProgressReporter(options.Progress, settings.Epochs, imagesPerEpoch);
    }

    private bool Stopped => _notFinite is not null || _options.CancellationToken.IsCancellationRequested;

    /// <summary>Trains every epoch, or until cancelled or the loss is no longer a number; leaves the best weights in the network.</summary>
    public TrainingOutcome Run()
    {
        using var optimizer = _optimizer;
        using var best = new WeightSnapshot();
        for (var epoch = 1; epoch <= _settings.Epochs && !Stopped; epoch++)
        {
            var totals = TrainEpoch(epoch);
            _badImages.ThrowIfMustFail();
            if (Stopped)
                break;
            if (totals.Images == 0)
                throw new InvalidOperationException("No image of the training data could be used:" + Environment.NewLine + string.Join(Environment.NewLine, _badImages.All.Take(BadImageException.Named)));
            CheckWeights(epoch);
            if (Stopped)
                break;
            var validation = _validation?.Run();
            _badImages.ThrowIfMustFail();
            if (Stopped)
                break;
            Conclude(epoch, totals, validation, best);
        }
        return Finish(best);
    }

    private EpochTotals TrainEpoch(int epoch)
    {
        PrepareNetwork(epoch);
        var totals = new EpochTotals();
        using var rows = _source.Open(epoch, _options.CancellationToken);
        foreach (var batch in _batches.Read(rows, epoch, _options.CancellationToken))
        {
            if (Stopped)
                break;
            if (_badImages.MustFail)
                continue; // training has failed; the pass goes on to find the other bad images
            TrainStep(epoch, batch, totals);
            _progress.Step(epoch, totals);
        }
        totals.Stop();
        return totals;
    }

    private void PrepareNetwork(int epoch)
    {
        _network.train();
        if (_stages is null)
            return;
        var trained = _stages.Prepare(epoch);
        if (trained != _trainedParameters && _options.Freeze != Freezing.None)
            _log.Info(MessageSensitivity.None, FormattableString.Invariant($"epoch {epoch}: {trained} parameters are trained"));
        _trainedParameters = trained;
    }

    private void TrainStep(int epoch, ImageBatch batch, EpochTotals totals)
    {
        using var scope = NewDisposeScope(); // without it, tensors wait for the garbage collector
        var learningRate = SetLearningRate(epoch, totals.Images);
        var images = batch.Pixels.to(_device); // N × C × H × W
        var labels = batch.Labels.to(_device); // N
        var mixed = _mixing?.Mix(images, labels, epoch, _steps);

        _optimizer.zero_grad();
        var (logits, auxiliary) = Forward(mixed?.Images ?? images); // N × classes
        CheckOutput(logits, batch.Count);
        var loss = auxiliary.Aggregate(Loss(logits), (sum, head) => sum + Loss(head.Logits) * head.Weight);
        var lossValue = loss.ToDouble();
        _steps++;
        if (!double.IsFinite(lossValue))
        {
            _notFinite = (epoch, _steps, lossValue, learningRate);
            return;
        }
        loss.backward();
        _optimizer.step();

        totals.Add(batch.Count, lossValue, logits.argmax(1).eq(labels).sum().ToInt64());

        Tensor Loss(Tensor output) => mixed is null ? _loss.Of(output, labels) : mixed.Loss(_loss, output);
    }

    private (Tensor Logits, IReadOnlyList<AuxiliaryLogits> Auxiliary) Forward(Tensor images) =>
        _network is IAuxiliaryHeads network ? network.ForwardWithAuxiliary(images) : (_network.forward(images), []);

    // The loss tells of a step one step later; an epoch's last step has none.
    private void CheckWeights(int epoch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!_network.parameters().All(p => p.isfinite().all().item<bool>()))
            _notFinite = (epoch, _steps, double.NaN, _learningRate);
    }

    private double SetLearningRate(int epoch, long imagesDone)
    {
        var progress = (epoch - 1 + Math.Min(1, (double)imagesDone / _imagesPerEpoch)) / _settings.Epochs;
        var rate = LearningRates.At(_settings.Schedule, _settings.LearningRate, progress);
        foreach (var (group, factor) in _optimizer.ParamGroups.Zip(_rateFactors))
            group.LearningRate = rate * factor;
        return _learningRate = rate;
    }

    private void CheckOutput(Tensor logits, int images)
    {
        if (_steps == 0 && (logits.dim() != 2 || logits.size(0) != images || logits.size(1) != _shape.Classes))
            throw new InvalidOperationException($"The network returned a tensor of {string.Join("×", logits.shape)} for {images} images; it must be {images}×{_shape.Classes}: one value per image and class, before softmax.");
    }

    private void Conclude(int epoch, EpochTotals totals, EpochTotals? validation, WeightSnapshot best)
    {
        var isBest = _history.Count == 0 || (validation is null
            ? totals.Loss < _history.Min(e => e.Loss)
            : validation.Accuracy > _history.Max(e => e.ValidationAccuracy));
        if (isBest)
            best.Take(_network);
        var summary = new CnnEpoch(epoch, _settings.Epochs, totals.Loss, totals.Accuracy, validation?.Loss, validation?.Accuracy,
            _learningRate, totals.Images, totals.Seconds, isBest);
        _history.Add(summary);
        _log.Info(MessageSensitivity.None, FormattableString.Invariant(
            $"epoch {epoch}/{_settings.Epochs}: loss {summary.Loss:0.0000}, accuracy {summary.Accuracy:0.0000}{(validation is null ? "" : FormattableString.Invariant($", validation loss {validation.Loss:0.0000}, validation accuracy {validation.Accuracy:0.0000}"))}, {summary.ImagesPerSecond:0} images/s"));
        _options.EpochCallback?.Invoke(summary);
    }

    private TrainingOutcome Finish(WeightSnapshot best)
    {
        if (_notFinite is { } at)
        {
            var what = FormattableString.Invariant($"The loss was {at.Loss} in epoch {at.Epoch}, step {at.Step}, at learning rate {at.LearningRate:g4}.");
            if (!best.IsTaken)
                throw new InvalidOperationException(what + " There is no earlier model to return: lower the learning rate, and check the pixels' scale.");
            _log.Warning(MessageSensitivity.None, "{0}", what + $" Training stopped; the model of epoch {_history.Last(e => e.IsBest).Epoch} is returned.");
            best.Restore(_network);
            return new(_history, StopReason.LossNotFinite);
        }
        var cancelled = _options.CancellationToken.IsCancellationRequested && _history.Count < _settings.Epochs;
        if (cancelled && _steps == 0)
            throw new OperationCanceledException("Training was cancelled before its first step: there is no model to return.", _options.CancellationToken);
        if (_validation is not null && best.IsTaken)
            best.Restore(_network);
        if (cancelled)
            _log.Warning(MessageSensitivity.None, "{0}", $"Training was cancelled after {_history.Count} whole epochs and {_steps} steps; the best model so far is returned.");
        return new(_history, cancelled ? StopReason.Cancelled : StopReason.Completed);
    }
}
