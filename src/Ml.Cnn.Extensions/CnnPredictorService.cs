using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Extensions;

/// <summary>
/// Keeps an app's predictor and its model: loads model.zip when the app starts, and again when the file changes. Apps that start without a model
/// (<see cref="CnnPredictorServiceOptions.WaitForModel"/>) ask it whether there is one; others can take the <see cref="CnnPredictor"/> itself, which stays
/// the same object when it has a newer model.
/// </summary>
public sealed class CnnPredictorService : IDisposable
{
    private readonly CnnPredictorServiceOptions _options;
    private readonly string _path;
    private readonly string _name; // in messages
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _loading = new();
    private volatile CnnPredictor? _predictor;
    private volatile LoadedModel? _loaded;
    private volatile string? _failure; // why the file as it is now could not be loaded
    private bool _isStarted;
    private bool _isDisposed;

    internal CnnPredictorService(string? key, CnnPredictorServiceOptions options, string path, ILogger logger)
    {
        (Key, _options, _path, _logger) = (key, options, path, logger);
        _name = key is null ? "The predictor" : $"The predictor '{key}'";
        if (key is not null)
            options.Predictor.Name ??= key;
    }

    /// <summary>The key under which the predictor is registered; null for the one without.</summary>
    public string? Key { get; }

    /// <summary>The predictor.</summary>
    /// <exception cref="InvalidOperationException">There is no model that can be loaded; the message says why.</exception>
    /// <exception cref="ObjectDisposedException">The app has ended.</exception>
    public CnnPredictor Predictor
    {
        get
        {
            Start();
            return _predictor ?? throw new InvalidOperationException($"{_name} has no model yet: {_failure}");
        }
    }

    /// <summary>How the predictor fares now.</summary>
    public CnnPredictorStatus Status
    {
        get
        {
            var (predictor, loaded) = (_predictor, _loaded);
            return new()
            {
                ModelPath = _path,
                ModelTime = loaded?.Version.Time,
                Network = predictor?.NetworkName,
                Classes = predictor?.ClassNames.Count ?? 0,
                QueueLength = predictor?.QueueLength ?? 0,
                MaximumQueueLength = _options.Predictor.MaximumQueueLength,
                Reloads = loaded?.Reloads ?? 0,
                Failure = _failure,
            };
        }
    }

    internal double DegradedQueueShare => _options.DegradedQueueShare;

    /// <summary>The predictor, if there is a model.</summary>
    /// <param name="predictor">The predictor; null while there is no model that can be loaded, for which <see cref="Status"/> has the reason.</param>
    public bool TryGetPredictor([NotNullWhen(true)] out CnnPredictor? predictor)
    {
        try
        {
            Start();
        }
        catch (Exception e) when (e is InvalidOperationException) // of which ObjectDisposedException is one
        {
            predictor = null;
            return false;
        }
        predictor = _predictor;
        return predictor is not null;
    }

    /// <summary>Loads the model and begins to watch the file. Once more does nothing.</summary>
    /// <exception cref="InvalidOperationException">The model cannot be loaded, and the options do not say to wait for it.</exception>
    internal void Start()
    {
        if (_predictor is not null)
            return;
        lock (_loading)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(CnnPredictor));
            if (_isStarted)
                return;
            var watches = _options.ReloadOnChange || _options.WaitForModel;
            var changes = watches ? new ModelFileChanges(_path, _options.PollingInterval, CannotWatch) : null; // before the first look, so that none is missed
            var seen = ModelFileVersion.Read(_path);
            var error = TryLoad(seen);
            if (error is not null && !_options.WaitForModel)
            {
                changes?.Dispose();
                throw new InvalidOperationException($"{_name} has no model: {_failure} Put a model.zip there, correct "
                    + $"{nameof(CnnPredictorServiceOptions)}.{nameof(CnnPredictorServiceOptions.ModelPath)}, or set "
                    + $"{nameof(CnnPredictorServiceOptions.WaitForModel)} to start without one.", error);
            }
            if (error is not null)
                PredictorLog.Waits(_logger, _name, _failure!);
            _isStarted = true;
            if (changes is not null)
                new Thread(() => Follow(changes, seen)) { IsBackground = true, Name = "MlCnn model file" }.Start();
        }
    }

    /// <summary>Ends the watch, lets no further request in, and frees the network once those that have begun are answered.</summary>
    public void Dispose()
    {
        lock (_loading)
        {
            if (_isDisposed)
                return;
            _isDisposed = true;
            _stop.Cancel();
            _predictor?.Dispose();
        }
    }

    // On a thread of its own: malloc keeps memory by thread, and every thread that once loaded a model would keep some.
    private void Follow(ModelFileChanges changes, ModelFileVersion? seen)
    {
        using (changes)
        {
            try
            {
                while (_options.ReloadOnChange || _predictor is null)
                {
                    if (ModelFileVersion.Read(_path) == seen) // otherwise it changed while it was loaded
                        changes.Wait(_stop.Token);
                    if (ModelFileVersion.Read(_path) == seen)
                        continue;
                    seen = Settled(_stop.Token);
                    if (seen is not null && seen == _loaded?.Version)
                        _failure = null; // another one was there for a moment
                    else
                        Take(seen);
                }
            }
            catch (OperationCanceledException)
            {
                // The app ends.
            }
        }
    }

    // The file as it is once nobody writes it any more.
    private ModelFileVersion? Settled(CancellationToken cancellationToken)
    {
        var version = ModelFileVersion.Read(_path);
        for (var quiet = 0; quiet < 10; quiet++)
        {
            if (cancellationToken.WaitHandle.WaitOne(_options.SettleTime))
                throw new OperationCanceledException(cancellationToken);
            var now = ModelFileVersion.Read(_path);
            if (now != version)
                (version, quiet) = (now, -1);
            else if (now is null || now.Value.IsWhole())
                break;
        }
        return version;
    }

    private void Take(ModelFileVersion? version)
    {
        lock (_loading)
        {
            if (_isDisposed)
                return;
            var hadModel = _predictor is not null;
            var error = TryLoad(version);
            if (error is not null && hadModel)
                PredictorLog.ReloadFailed(_logger, error, _name, _path, _failure!);
            else if (error is not null)
                PredictorLog.Waits(_logger, _name, _failure!);
        }
    }

    // What went wrong; null if nothing did.
    private Exception? TryLoad(ModelFileVersion? version)
    {
        var start = Stopwatch.GetTimestamp();
        try
        {
            if (version is null)
                throw new FileNotFoundException($"'{_path}' does not exist.");
            if (_predictor is { } predictor)
                predictor.Reload(_path);
            else
                _predictor = predictor = CnnPredictor.Load(_path, _options.Predictor);
            _loaded = new(version.Value, _loaded is { } before ? before.Reloads + 1 : 0);
            _failure = null;
            PredictorLog.Loaded(_logger, _name, _path, version.Value.Time, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds,
                predictor.NetworkName, predictor.ClassNames.Count);
            return null;
        }
        catch (Exception e) // whatever is wrong with a file must not end an app that has a model
        {
            _failure = e is FileNotFoundException ? $"'{_path}' does not exist." : $"'{_path}' cannot be loaded: {e.GetBaseException().Message}";
            return e;
        }
    }

    private void CannotWatch(string folder, string reason, TimeSpan interval) =>
        PredictorLog.Polls(_logger, _name, folder, reason, interval.TotalSeconds);

    private sealed record LoadedModel(ModelFileVersion Version, int Reloads);
}
