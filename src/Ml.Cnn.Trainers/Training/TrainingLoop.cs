using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Reporting;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training;

/// <summary>How a training run ended.</summary>
internal sealed record TrainingOutcome(IReadOnlyList<CnnEpoch> History, StopReason Reason);

/// <summary>Trains a network: epochs of steps, each followed by a validation.</summary>
internal sealed class TrainingLoop
{
    private readonly TrainingSubject _subject;
    private readonly TrainingSettings _settings;
    private readonly EpochBatches _batches;
    private readonly ValidationPass? _validation;
    private readonly CnnOptions _options;
    private readonly IChannel _log;
    private readonly ParameterOptimizer _optimizer;
    private readonly TrainingStep _step;
    private readonly TrainingObservers _observers;
    private readonly ProcessMemory _memory = new();
    private readonly List<CnnEpoch> _history = [];
    private long _images; // of the epoch under way, each step's before the next one
    private long _steps;
    private long _trainedParameters;
    private double _learningRate;
    private (int Epoch, long Step, double Loss, double LearningRate)? _notFinite;

    /// <param name="subject">What is trained.</param>
    /// <param name="settings">What to go by.</param>
    /// <param name="batches">The training images.</param>
    /// <param name="validation">Scores the validation set; null without one.</param>
    /// <param name="options">The user's callbacks and cancellation.</param>
    /// <param name="log">MLContext.Log.</param>
    public TrainingLoop(TrainingSubject subject, TrainingSettings settings, EpochBatches batches, ValidationPass? validation, CnnOptions options, IChannel log)
    {
        (_subject, _settings, _batches, _validation, _options, _log) = (subject, settings, batches, validation, options, log);
        _optimizer = Optimizers.Create(settings, subject.Groups());
        var mixing = options.Augmentation?.Batch is { } recipe ? new BatchMixing(recipe, settings.Seed) : null;
        _step = new TrainingStep(subject.Network, subject.Shape, subject.Loss, mixing, _optimizer, subject.Device);
        _observers = TrainingObservers.For(options, settings.Epochs, batches.Images, message => log.Warning(MessageSensitivity.None, "{0}", message));
    }

    private bool Stopped => _notFinite is not null || _options.CancellationToken.IsCancellationRequested;

    /// <summary>Trains every epoch, or until cancelled or the loss is no longer a number; leaves the best weights in the network.</summary>
    public TrainingOutcome Run()
    {
        using var optimizer = _optimizer;
        using var observers = _observers;
        using var best = new WeightSnapshot();
        observers.Begin(_history, _steps);
        for (var epoch = 1; epoch <= _settings.Epochs && !Stopped; epoch++)
        {
            var totals = TrainEpoch(epoch);
            _batches.BadImages.ThrowIfMustFail();
            if (Stopped)
                break;
            if (totals.Images == 0)
                throw new InvalidOperationException("No image of the training data could be used:" + Environment.NewLine + string.Join(Environment.NewLine, _batches.BadImages.All.Take(BadImageException.Named)));
            CheckWeights(epoch);
            if (Stopped)
                break;
            var validation = _validation?.Run();
            _batches.BadImages.ThrowIfMustFail();
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
        using var results = new StepResults(_subject.Device, epoch, _observers);
        _images = 0;
        foreach (var batch in _batches.Read(epoch, _options.CancellationToken))
        {
            if (Stopped)
                break;
            if (_batches.BadImages.MustFail)
                continue; // training has failed; the pass goes on to find the other bad images
            _learningRate = LearningRate(epoch);
            results.Add(_step.Take(batch, epoch, _steps, _learningRate), totals);
            _steps++;
            _images += batch.Count;
            NoteNotFinite(epoch, results);
        }
        results.Read(totals);
        NoteNotFinite(epoch, results);
        totals.Stop();
        return totals;
    }

    private void NoteNotFinite(int epoch, StepResults results)
    {
        if (results.NotFinite is { } at)
            _notFinite ??= (epoch, at.Step, at.Loss, at.LearningRate);
    }

    private void PrepareNetwork(int epoch)
    {
        var trained = _subject.Prepare(epoch);
        if (trained != _trainedParameters && _options.Freeze != Freezing.None)
            _log.Info(MessageSensitivity.None, FormattableString.Invariant($"epoch {epoch}: {trained} parameters are trained"));
        _trainedParameters = trained;
    }

    // The loss tells of a step one step later; an epoch's last step has none.
    private void CheckWeights(int epoch)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!_subject.Network.parameters().All(p => p.isfinite().all().item<bool>()))
            _notFinite = (epoch, _steps, double.NaN, _learningRate);
    }

    private double LearningRate(int epoch)
    {
        var progress = (epoch - 1 + Math.Min(1, (double)_images / _batches.Images)) / _settings.Epochs;
        return LearningRates.At(_settings.Schedule, _settings.LearningRate, progress);
    }

    private void Conclude(int epoch, EpochTotals totals, EpochTotals? validation, WeightSnapshot best)
    {
        var isBest = _history.Count == 0 || (validation is null
            ? totals.Loss < _history.Min(e => e.Loss)
            : validation.Accuracy > _history.Max(e => e.ValidationAccuracy));
        if (isBest)
            best.Take(_subject.Network);
        var summary = new CnnEpoch(epoch, _settings.Epochs, totals.Loss, totals.Accuracy, validation?.Loss, validation?.Accuracy,
            _learningRate, totals.Images, totals.Seconds, isBest)
        {
            Steps = _steps,
            Top5Accuracy = totals.Top5Accuracy,
            ValidationTop5Accuracy = validation?.Top5Accuracy,
            ValidationImagesPerSecond = validation?.ImagesPerSecond,
            PeakMemory = _memory.Peak(),
        };
        _history.Add(summary);
        _log.Info(MessageSensitivity.None, FormattableString.Invariant(
            $"epoch {epoch}/{_settings.Epochs}: loss {summary.Loss:0.0000}, accuracy {summary.Accuracy:0.0000}{(validation is null ? "" : FormattableString.Invariant($", validation loss {validation.Loss:0.0000}, validation accuracy {validation.Accuracy:0.0000}"))}, {summary.ImagesPerSecond:0} images/s"));
        _observers.Epoch(summary);
    }

    private TrainingOutcome Finish(WeightSnapshot best)
    {
        if (_notFinite is { } at)
        {
            var what = FormattableString.Invariant($"The loss was {at.Loss} in epoch {at.Epoch}, step {at.Step}, at learning rate {at.LearningRate:g4}.");
            if (!best.IsTaken)
                throw new InvalidOperationException(what + " There is no earlier model to return: lower the learning rate, and check the pixels' scale.");
            _log.Warning(MessageSensitivity.None, "{0}", what + $" Training stopped; the model of epoch {_history.Last(e => e.IsBest).Epoch} is returned.");
            best.Restore(_subject.Network);
            return new(_history, StopReason.LossNotFinite);
        }
        var cancelled = _options.CancellationToken.IsCancellationRequested && _history.Count < _settings.Epochs;
        if (cancelled && _steps == 0)
            throw new OperationCanceledException("Training was cancelled before its first step: there is no model to return.", _options.CancellationToken);
        if (_validation is not null && best.IsTaken)
            best.Restore(_subject.Network);
        if (cancelled)
            _log.Warning(MessageSensitivity.None, "{0}", $"Training was cancelled after {_history.Count} whole epochs and {_steps} steps; the best model so far is returned.");
        return new(_history, cancelled ? StopReason.Cancelled : StopReason.Completed);
    }
}
