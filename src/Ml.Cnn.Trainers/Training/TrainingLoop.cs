using System.Diagnostics;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Training.Control;
using Ml.Cnn.Trainers.Training.Metrics;
using Ml.Cnn.Trainers.Training.Optimization;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Trainers.Training.Steps;
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
    private readonly WeightAverage? _average;
    private readonly GradientUpdate _update;
    private readonly TrainingStep _step;
    private readonly LearningRates _rates;
    private readonly TrainingObservers _observers;
    private readonly ProcessMemory _memory = new();
    private readonly NativeMemoryCollector _nativeMemory = new();
    private readonly List<CnnEpoch> _history = [];
    private readonly EpochRanking _ranking;
    private readonly StopConditions _stop;
    private readonly TrainingCheckpoints? _checkpoints;
    private int _epoch; // the one under way
    private EpochTotals _totals = new();
    private long _batchesDone; // of the epoch under way, as the next two
    private long _images;
    private ulong _rowOrder;
    private long _steps;
    private long _trainedParameters;
    private double _learningRate;

    /// <param name="subject">What is trained.</param>
    /// <param name="settings">What to go by.</param>
    /// <param name="batches">The training images.</param>
    /// <param name="validation">Scores the validation set; null without one.</param>
    /// <param name="options">The user's callbacks and cancellation.</param>
    /// <param name="checkpoints">Kept on the way; null: none.</param>
    /// <param name="time">Runs since the beginning of Fit.</param>
    /// <param name="log">MLContext.Log.</param>
    public TrainingLoop(TrainingSubject subject, TrainingSettings settings, EpochBatches batches, ValidationPass? validation, CnnOptions options, TrainingCheckpoints? checkpoints, Stopwatch time, IChannel log)
    {
        (_subject, _settings, _batches, _validation, _options, _log) = (subject, settings, batches, validation, options, log);
        _optimizer = Optimizers.Create(settings, subject.Groups());
        _average = settings.AverageDecay is { } decay ? new WeightAverage(subject.Network.parameters(), decay) : null;
        var scaling = subject.ScalesLoss ? new LossScaling() : null;
        _update = GradientUpdate.Create(_optimizer, settings, _average, scaling);
        _step = TrainingStep.Create(subject, settings, options, _update);
        _rates = new LearningRates(settings.Schedule, settings.LearningRate, settings.Epochs);
        _observers = TrainingObservers.For(options, settings.Epochs, batches.Images, message => log.Warning(MessageSensitivity.None, "{0}", message));
        _ranking = new EpochRanking(options.EarlyStopping, isValidated: validation is not null);
        _stop = new StopConditions(options, _ranking, _history, time);
        _checkpoints = checkpoints;
        _checkpoints?.Keep(new CheckpointedNetwork(subject.Network), new CheckpointedOptimizer(_optimizer), new CheckpointedRandomState());
        _checkpoints?.Keep(((ICheckpointed?[])[_update, _average, _rates, scaling]).OfType<ICheckpointed>());
    }

    private bool Stopped => _stop.Stopped;

    /// <summary>Trains every epoch, or until something stops it; leaves the best weights in the network.</summary>
    public TrainingOutcome Run()
    {
        using var optimizer = _optimizer;
        using var observers = _observers;
        using var average = _average;
        using var update = _update;
        using var best = new WeightSnapshot();
        _checkpoints?.Keep(best);
        GoTo(_checkpoints?.Resume() ?? new TrainingPosition());
        observers.Begin(_history, _steps);
        while (_epoch <= _settings.Epochs && !_stop.StopsBeforeStep(isFirst: _steps == 0))
        {
            TrainEpoch();
            _batches.BadImages.ThrowIfMustFail();
            if (Stopped)
                break;
            if (_totals.Images == 0)
                throw new InvalidOperationException("No image of the training data could be used:" + Environment.NewLine + string.Join(Environment.NewLine, _batches.BadImages.All.Take(BadImageException.Named)));
            CheckWeights();
            if (Stopped)
                break;
            using (_average?.Use()) // validated, and kept where it is the best
            {
                var validation = _validation?.Run();
                _batches.BadImages.ThrowIfMustFail();
                if (Stopped)
                    break;
                Conclude(validation, best);
            }
            GoTo(Position.BeginOfNextEpoch());
            if (_checkpoints is { } checkpoints && checkpoints.IsDueAfter(_epoch - 1))
                WriteCheckpoint();
        }
        WriteCheckpoint();
        return Finish(best);
    }

    private void TrainEpoch()
    {
        PrepareNetwork();
        using var results = new StepResults(_subject.Device, _epoch, _observers);
        var seen = new SeenBatches(_batchesDone, _rowOrder);
        foreach (var batch in _batches.Read(_epoch, known: _batchesDone, _options.CancellationToken))
        {
            if (seen.Contains(batch, _log))
                continue;
            if (_stop.StopsBeforeStep(isFirst: _steps == 0))
                break;
            if (_batches.BadImages.MustFail)
                continue; // training has failed; the pass goes on to find the other bad images
            _learningRate = LearningRate();
            results.Add(_step.Take(batch, _epoch, _steps, _learningRate), _totals);
            _steps++;
            _batchesDone++;
            _images += batch.Count;
            _rowOrder = RowOrderHash.Add(_rowOrder, batch);
            NoteNotFinite(results);
            _nativeMemory.CollectPeriodically();
            if (_checkpoints is { IsDue: true })
            {
                Read(results);
                WriteCheckpoint();
            }
        }
        if (!Stopped)
            _step.EndEpoch(_learningRate);
        Read(results);
        _totals.Stop();
    }

    private void Read(StepResults results)
    {
        results.Read(_totals);
        NoteNotFinite(results);
    }

    private TrainingPosition Position => new()
    {
        Epoch = _epoch,
        Batches = _batchesDone,
        Steps = _steps,
        Images = _images,
        RowOrder = _rowOrder,
        Sums = _totals.Sums,
        LearningRate = _learningRate,
        History = [.. _history],
        BadImages = _batches.BadImages.All,
    };

    private void GoTo(TrainingPosition position)
    {
        (_epoch, _batchesDone, _steps, _images) = (position.Epoch, position.Batches, position.Steps, position.Images);
        (_rowOrder, _totals, _learningRate) = (position.RowOrder, new EpochTotals(position.Sums), position.LearningRate);
        _history.Clear();
        _history.AddRange(position.History);
        _batches.BadImages.Restore(position.BadImages);
    }

    // What is kept is good: a loss tells of weights that are no numbers one step later.
    private void WriteCheckpoint()
    {
        if (_checkpoints is null || _stop.NotFinite is not null)
            return;
        CheckWeights();
        if (_stop.NotFinite is null)
            _checkpoints.Write(Position);
    }

    private void NoteNotFinite(StepResults results)
    {
        if (results.NotFinite is { } at)
            _stop.NotFinite ??= (_epoch, at.Step, at.Loss, at.LearningRate);
    }

    private void PrepareNetwork()
    {
        var trained = _subject.Prepare(_epoch);
        if (trained != _trainedParameters && _options.Freeze != Freezing.None)
            _log.Info(MessageSensitivity.None, FormattableString.Invariant($"epoch {_epoch}: {trained} parameters are trained"));
        _trainedParameters = trained;
    }

    // The loss tells of a step one step later; an epoch's last step has none.
    private void CheckWeights()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!_subject.Network.parameters().All(p => p.isfinite().all().item<bool>()))
            _stop.NotFinite = (_epoch, _steps, double.NaN, _learningRate);
    }

    private double LearningRate()
    {
        var epochsDone = _epoch - 1 + Math.Min(1, (double)_images / _batches.Images);
        return _rates.At(epochsDone);
    }

    private void Conclude(EpochTotals? validation, WeightSnapshot best)
    {
        var summary = new CnnEpoch(_epoch, _settings.Epochs, _totals.Loss, _totals.Accuracy, validation?.Loss, validation?.Accuracy,
            _learningRate, _totals.Images, _totals.Seconds, IsBest: false)
        {
            Steps = _steps,
            Top5Accuracy = _totals.Top5Accuracy,
            ValidationTop5Accuracy = validation?.Top5Accuracy,
            ValidationImagesPerSecond = validation?.ImagesPerSecond,
            PeakMemory = _memory.Peak(),
        };
        summary = summary with { IsBest = _ranking.IsBest(summary, _history) };
        if (summary.IsBest)
            best.Take(_subject.Network);
        _history.Add(summary);
        _rates.EpochEnded(validation?.Loss ?? _totals.Loss);
        _log.Info(MessageSensitivity.None, FormattableString.Invariant(
            $"epoch {_epoch}/{_settings.Epochs}: loss {summary.Loss:0.0000}, accuracy {summary.Accuracy:0.0000}{(validation is null ? "" : FormattableString.Invariant($", validation loss {validation.Loss:0.0000}, validation accuracy {validation.Accuracy:0.0000}"))}, {summary.ImagesPerSecond:0} images/s"));
        _observers.Epoch(summary);
    }

    private TrainingOutcome Finish(WeightSnapshot best)
    {
        if (_stop.NotFinite is not null)
            return ReturnToNumbers(best);
        _average?.Use();
        var reason = _history.Count >= _settings.Epochs ? StopReason.Completed : _stop.Reason ?? StopReason.Completed;
        if (reason == StopReason.Canceled && _steps == 0)
            throw new OperationCanceledException("Training was canceled before its first step: there is no model to return.", _options.CancellationToken);
        var far = $"after {_history.Count} whole epochs and {_steps} steps";
        if (reason == StopReason.Canceled && _options.OnCancellation == CancellationHandling.Throw)
            throw new OperationCanceledException($"Training was canceled {far}.", _options.CancellationToken);
        if (_ranking.ReturnsBest && best.IsTaken)
            best.Restore(_subject.Network);
        if (reason == StopReason.Canceled)
            _log.Warning(MessageSensitivity.None, "{0}", $"Training was canceled {far}; the best model so far is returned.");
        if (reason == StopReason.TimeBudgetSpent)
            _log.Warning(MessageSensitivity.None, "{0}", $"The time budget was spent {far}; the best model so far is returned.");
        if (reason == StopReason.NoProgress)
            _log.Info(MessageSensitivity.None, "{0}", $"no progress for {_options.EarlyStopping!.Patience} epochs: training stopped {far}; the model of epoch {_history.Last(e => e.IsBest).Epoch} is returned");
        return new(_history, reason);
    }

    private TrainingOutcome ReturnToNumbers(WeightSnapshot best)
    {
        var at = _stop.NotFinite!.Value;
        var what = FormattableString.Invariant($"The loss was {at.Loss} in epoch {at.Epoch}, step {at.Step}, at learning rate {at.LearningRate:g4}.");
        string returned;
        if (best.IsTaken)
        {
            best.Restore(_subject.Network);
            returned = $"the model of epoch {_history.Last(e => e.IsBest).Epoch}";
        }
        else if (_checkpoints?.RestoreNetwork(_subject.Network) is { } position)
            returned = $"the model of the last checkpoint (epoch {position.Epoch}, step {position.Steps})";
        else
            throw new InvalidOperationException(what + " There is no earlier model to return: lower the learning rate, and check the pixels' scale.");
        _log.Warning(MessageSensitivity.None, "{0}", what + $" Training stopped; {returned} is returned.");
        return new(_history, StopReason.LossNotFinite);
    }
}
