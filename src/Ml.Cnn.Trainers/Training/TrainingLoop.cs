using System.Diagnostics;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training.Checkpoints;
using Ml.Cnn.Trainers.Training.Control;
using Ml.Cnn.Trainers.Training.Reporting;
using Ml.Cnn.Trainers.Training.Setup;
using Ml.Cnn.Trainers.Training.Steps;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training;

/// <summary>How a training run ended.</summary>
internal sealed record TrainingOutcome(IReadOnlyList<CnnEpoch> History, StopReason Reason);

/// <summary>Trains a network: epochs of steps, each followed by a validation.</summary>
internal sealed class TrainingLoop : IDisposable
{
    private readonly TrainingSubject _subject;
    private readonly TrainingSettings _settings;
    private readonly EpochBatches _batches;
    private readonly ValidationPass? _validation;
    private readonly CancellationToken _cancellation;
    private readonly IChannel _log;
    private readonly WeightMovement _movement;
    private readonly TrainingObservers _observers;
    private readonly ProcessMemory _memory = new();
    private readonly NativeMemoryCollector _nativeMemory = new();
    private readonly TrainingState _state = new();
    private readonly EpochRanking _ranking;
    private readonly StopConditions _stop;
    private readonly TrainingCheckpoints? _checkpoints;
    private readonly bool _isMain;
    private readonly int _processes;
    private readonly SharedSteps? _shared;
    private long _trainedParameters;

    /// <param name="session">What is trained, on which images, and how it is validated.</param>
    /// <param name="settings">What to go by.</param>
    /// <param name="handles">The user's callbacks and cancellation.</param>
    /// <param name="processes">Those that train together.</param>
    /// <param name="checkpoints">Kept on the way; null: none.</param>
    /// <param name="images">What the images are.</param>
    /// <param name="time">Runs since the beginning of Fit.</param>
    /// <param name="log">MLContext.Log.</param>
    public TrainingLoop(
        TrainingSession session, TrainingSettings settings, TrainingHandles handles, ProcessGroup processes, TrainingCheckpoints? checkpoints,
        ObservedImages images, Stopwatch time, IChannel log)
    {
        (_subject, _batches, _validation) = (session.Subject, session.Batches, session.Validation);
        (_settings, _cancellation, _log, _checkpoints) = (settings, handles.CancellationToken, log, checkpoints);
        (_isMain, _processes) = (processes.IsMain, processes.Shard.World);
        _movement = new(_subject, _batches, settings, processes.Collectives);
        _observers = TrainingObservers.For(handles, processes.IsMain, Epochs, _batches.Images,
            images, message => log.Warning(MessageSensitivity.None, "{0}", message), _batches.Queues.Work);
        _ranking = new EpochRanking(settings.Stopping.EarlyStopping, isValidated: _validation is not null);
        _stop = new StopConditions(settings.Stopping, _ranking, _state.History, time, _cancellation, isShared: processes.Collectives is not null);
        _shared = processes.Collectives is { } others ? new(others, _stop, _subject.Network, settings.FixedSeed) : null;
        _checkpoints?.Keep(_movement.Parts);
    }

    private int Epochs => _settings.Optimization.Epochs;

    private bool Stopped => _stop.Stopped;

    /// <summary>Trains every epoch, or until something stops it; leaves the best weights in the network.</summary>
    public TrainingOutcome Run()
    {
        using var observers = _observers;
        using var best = new WeightSnapshot();
        _checkpoints?.Keep(best);
        Restore(_checkpoints?.Resume() ?? new TrainingPosition());
        observers.Begin(_state.History, _state.Steps);
        if (observers.SeeBatch && _subject.SeesImages)
            _movement.ShowNext(observers.FirstBatch);
        _shared?.Agree();
        while (_state.Epoch <= Epochs && !_stop.StopsBeforeStep(isFirst: _state.Steps == 0))
        {
            TrainEpoch();
            _batches.BadImages.ThrowIfMustFail();
            if (Stopped)
                break;
            if (_state.Totals.Images == 0)
                throw new InvalidOperationException("No image of the training data could be used:" + Environment.NewLine
                    + string.Join(Environment.NewLine, _batches.BadImages.All.Take(BadImageException.Named)));
            CheckWeights();
            if (Stopped)
                break;
            _shared?.ShareStatistics();
            _shared?.RequireSameNetwork(_state.Epoch);
            _movement.EndEpoch(_state.Epoch);
            using (_movement.Shadows?.Use()) // validated, and kept where it is the best
            {
                if (_ranking.ReturnsBest)
                    _movement.ComputeStatistics(_state.Epoch, _cancellation);
                var seesClasses = _validation is not null && (_shared?.IsWanted(_observers.SeeClasses) ?? _observers.SeeClasses);
                using var confusion = seesClasses ? new ConfusionCounts(_subject.Shape.Classes, _subject.Device) : null;
                var validation = _validation?.Run(confusion);
                (validation, _) = _shared is not null && validation is not null ? (_shared.Join(validation), _shared.Join(confusion)) : (validation, confusion);
                _batches.BadImages.ThrowIfMustFail();
                if (Stopped)
                    break;
                _observers.Details(new(_state.Epoch, _subject.Network, confusion?.Read()));
                EndEpoch(validation, best);
            }
            Restore(Position.BeginOfNextEpoch());
            if (_checkpoints is { } checkpoints && checkpoints.IsDueAfter(_state.Epoch - 1))
                WriteCheckpoint();
        }
        WriteCheckpoint();
        return Finish(best);
    }

    /// <summary>Frees the memory of what moves the weights.</summary>
    public void Dispose() => _movement.Dispose();

    private void TrainEpoch()
    {
        PrepareNetwork();
        using var results = new StepResults(_subject.Device, _state.Epoch, _observers);
        var seen = new SeenBatches(_state.Batches, _isMain && _state.Processes == _processes ? _state.RowOrder : null);
        var reading = _shared is null ? _cancellation : CancellationToken.None; // until all stop, each has its images
        foreach (var batch in _batches.ReadWithOthers(_state.Epoch, known: _state.Batches, reading))
        {
            if (seen.Contains(batch, _log))
                continue;
            if (_stop.StopsBeforeStep(isFirst: _state.Steps == 0))
                break;
            if (_batches.BadImages.MustFail && _shared is null)
                continue; // training has failed; the pass goes on to find the other bad images
            _batches.BadImages.ThrowIfMustFail();
            _state.LearningRate = _movement.Rate(EpochsDone);
            var result = Take(batch);
            _state.StepTaken(batch, result.Sums?.Images ?? batch!.Count);
            results.Add(result, _state.Totals);
            NoteNotFinite(results);
            _nativeMemory.CollectPeriodically();
            if (_checkpoints is { IsDue: true } && (_shared is null || _movement.IsComplete))
            {
                Read(results);
                WriteCheckpoint();
            }
        }
        if (!Stopped)
            _movement.EndSteps(_state.LearningRate);
        _subject.Unlabeled?.EpochEnded(_state.Epoch, _log);
        Read(results);
        _state.Totals.Stop();
    }

    private StepResult Take(ImageBatch? batch)
    {
        _shared?.Begin(_state.Steps);
        var result = _movement.Take(batch, _state.Epoch, _state.Steps, _state.LearningRate, EpochsDone);
        return _shared?.Join(result, maybeLast: _movement.IsComplete) ?? result;
    }

    private void Read(StepResults results)
    {
        results.Read(_state.Totals);
        NoteNotFinite(results);
    }

    private TrainingPosition Position => _state.Save(_batches.BadImages.All, _processes);

    private void Restore(TrainingPosition position)
    {
        _state.Restore(position);
        _batches.BadImages.Restore(position.BadImages);
    }

    // Never write a checkpoint with weights that are not finite. The loss shows them one step late, so the weights are checked here.
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
            _stop.NotFinite ??= (_state.Epoch, at.Step, at.Loss, at.LearningRate);
    }

    private void PrepareNetwork()
    {
        var trained = _subject.Prepare(_state.Epoch);
        if (trained != _trainedParameters && _settings.Transfer.Freeze != Freezing.None)
            _log.Info(MessageSensitivity.None, FormattableString.Invariant($"epoch {_state.Epoch}: {trained} parameters are trained"));
        _trainedParameters = trained;
    }

    // The loss shows weights that are not finite one step late, and an epoch's last step has no next one.
    private void CheckWeights()
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        if (!_subject.Network.parameters().All(p => p.isfinite().all().item<bool>()))
            _stop.NotFinite = (_state.Epoch, _state.Steps, double.NaN, _state.LearningRate);
    }

    private double EpochsDone => _state.Epoch - 1 + Math.Min(1, (double)_state.Images / _batches.Images);

    private void EndEpoch(PassTotals? validation, WeightSnapshot best)
    {
        var summary = new CnnEpoch
        {
            Epoch = _state.Epoch,
            Epochs = Epochs,
            Metrics = _state.Totals.Metrics,
            ValidationMetrics = validation?.Metrics ?? MetricValues.None,
            LearningRate = _state.LearningRate,
            Images = _state.Totals.Images,
            Seconds = _state.Totals.Seconds,
            Steps = _state.Steps,
            ValidationImagesPerSecond = validation?.ImagesPerSecond,
            PeakMemory = _memory.Peak(),
        };
        summary = summary with { IsBest = _ranking.IsBest(summary, _state.History) };
        if (summary.IsBest)
            best.Take(_subject.Network);
        _state.EpochEnded(summary);
        _movement.Note(summary.ValidationLoss ?? summary.Loss);
        _log.Info(MessageSensitivity.None, "{0}", summary.ToString());
        _observers.Epoch(summary);
    }

    private TrainingOutcome Finish(WeightSnapshot best)
    {
        _shared?.ShareStatistics();
        if (_stop.NotFinite is not null)
            return RestoreLastFiniteWeights(best);
        _movement.Shadows?.Use();
        var reason = _state.History.Count >= Epochs ? StopReason.Completed : _stop.Reason ?? StopReason.Completed;
        if (reason == StopReason.Canceled && _state.Steps == 0)
            throw new OperationCanceledException("Training was canceled before its first step: there is no model to return.", _cancellation);
        var far = $"after {_state.History.Count} whole epochs and {_state.Steps} steps";
        if (reason == StopReason.Canceled && _settings.Stopping.OnCancellation == CancellationHandling.Throw)
            throw new OperationCanceledException($"Training was canceled {far}.", _cancellation);
        if (_ranking.ReturnsBest && best.IsTaken)
            best.Restore(_subject.Network);
        else
            _movement.ComputeStatistics(Position.LastTrainedEpoch, CancellationToken.None); // what is returned has them, canceled or not
        if (reason == StopReason.Canceled)
            _log.Warning(MessageSensitivity.None, "{0}", $"Training was canceled {far}; the best model so far is returned.");
        if (reason == StopReason.TimeBudgetSpent)
            _log.Warning(MessageSensitivity.None, "{0}", $"The time budget was spent {far}; the best model so far is returned.");
        if (reason == StopReason.NoProgress)
        {
            _log.Info(MessageSensitivity.None, "{0}", $"no progress for {_settings.Stopping.EarlyStopping!.Patience} epochs: training stopped {far}; "
                + $"the model of epoch {_state.History.Last(e => e.IsBest).Epoch} is returned");
        }
        return new(_state.History, reason);
    }

    private TrainingOutcome RestoreLastFiniteWeights(WeightSnapshot best)
    {
        var at = _stop.NotFinite!.Value;
        var what = FormattableString.Invariant($"The loss was {at.Loss} in epoch {at.Epoch}, step {at.Step}, at learning rate {at.LearningRate:g4}.");
        string returned;
        if (best.IsTaken)
        {
            best.Restore(_subject.Network);
            returned = $"the model of epoch {_state.History.Last(e => e.IsBest).Epoch}";
        }
        else if (RestoreCheckpoint() is { } position)
        {
            _movement.ComputeStatistics(position.LastTrainedEpoch, CancellationToken.None);
            returned = $"the model of the last checkpoint (epoch {position.Epoch}, step {position.Steps})";
        }
        else
            throw new LossNotFiniteException(what + " There is no earlier model to return: lower the learning rate, and check the pixels' scale.");
        _log.Warning(MessageSensitivity.None, "{0}", what + $" Training stopped; {returned} is returned.");
        return new(_state.History, StopReason.LossNotFinite);
    }

    // Only the main process has written one.
    private TrainingPosition? RestoreCheckpoint()
    {
        var position = _checkpoints?.RestoreNetwork(_subject.Network);
        if (_shared is null)
            return position;
        if (!_shared.IsWanted(position is not null))
            return null;
        _shared.ShareNetwork();
        return position ?? Position;
    }
}
