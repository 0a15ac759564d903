using System.IO.Compression;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Text;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Transfer;

/// <summary>The weights that a training run starts from, found but not read yet, and how they expect images.</summary>
internal sealed class StartingPoint
{
    private readonly IHostEnvironment _environment;
    private readonly Architecture _architecture;
    private readonly WeightsSource? _source;
    private readonly CnnTransformer? _model;
    private readonly ArchitectureWeights? _own;
    private readonly bool _isLoadedHere;

    /// <exception cref="ArgumentException">There are no such weights, or they are another network's.</exception>
    public StartingPoint(IHostEnvironment environment, InitialWeights weights, Architecture architecture)
    {
        (_environment, _architecture) = (environment, architecture);
        _model = weights.Model ?? (weights.FileOrName is { } path && IsModelFile(path) ? LoadModel(environment, path) : null);
        _isLoadedHere = weights.Model is null;
        _own = weights.Own;
        if (_own is not null)
            return;
        if (_model is null)
        {
            _source = weights.Published is { } published ? WeightsSource.Of(published, architecture)
                : WeightsSource.Find(weights.FileOrName!, architecture) with { Key = weights.Key };
        }
        else if (!_model.Architecture.IsSameNetwork(architecture))
        {
            throw new ArgumentException(
                $"The model is {Name(_model.Architecture)}, and {Name(architecture)} is to be trained: give the trainer the model's network.", nameof(weights));
        }
    }

    /// <summary>How the weights expect images.</summary>
    public ImagePreprocessing Preprocessing(int channels) =>
        _source?.PreprocessingFor(_architecture, channels) ?? _own?.Preprocessing ?? _model!.Preprocessing;

    /// <summary>Copies the weights into a network; a head for other classes stays as it was initialized.</summary>
    /// <param name="network">The network, freshly built.</param>
    /// <param name="classes">The names of its classes.</param>
    /// <param name="keepKnown">Whether the head keeps what it knows of those that the weights know too.</param>
    /// <param name="handles">Cache, progress and cancellation of a download.</param>
    /// <exception cref="WeightsFormatException">The weights are damaged, or not this network's.</exception>
    /// <exception cref="ArgumentException">Known classes are to be kept, and the weights do not say theirs or have none of these.</exception>
    public WeightsReport Load(Module<Tensor, Tensor> network, IReadOnlyList<string> classes, bool keepKnown, TrainingHandles handles)
    {
        if (keepKnown)
            CheckKnown(_model?.ClassNames ?? _own?.ClassNames, classes);
        if (_own is not null)
            return LoadOwn(_own, network, classes, keepKnown);
        if (_model is not null)
        {
            using var use = _model.Scorer.Single.Claim.Use();
            using var loaded = _isLoadedHere ? _model : null; // nobody else knows of it
            using var scope = NewDisposeScope();
            return WeightsLoader.LoadInto(network, _architecture, State(ModuleState.Of(_model.Scorer.Network), _model.ClassNames, classes, keepKnown),
                replaceHead: true);
        }
        using var file = _source!.Read(handles.WeightsCache, handles.DownloadProgress, handles.CancellationToken);
        try
        {
            var report = WeightsLoader.LoadInto(network, _architecture, file.Tensors, replaceHead: true);
            using var log = _environment.Start("CnnWeights");
            foreach (var warning in WeightsWarnings.Of(file, NonFiniteTensors.In(ModuleState.Of(network)), _source.Key))
                log.Warning(MessageSensitivity.None, "{0}", warning);
            if (report.Prefix.Length > 0)
            {
                log.Info(MessageSensitivity.None, "{0}", $"names are taken without '{report.Prefix}'"
                    + (report.LeftOut.Count > 0 ? $"; left out are {Listing.Of(report.LeftOut)}" : ""));
            }
            return report;
        }
        catch (WeightsFormatException e) when (_source.Path is not null)
        {
            throw new WeightsFormatException($"'{_source.Path}': {e.Message}", e);
        }
    }

    private WeightsReport LoadOwn(ArchitectureWeights own, Module<Tensor, Tensor> network, IReadOnlyList<string> classes, bool keepKnown)
    {
        using var scope = NewDisposeScope();
        var report = WeightsLoader.LoadInto(network, _architecture, State(own.Tensors, own.ClassNames ?? classes, classes, keepKnown), replaceHead: true);
        if (NonFiniteTensors.In(ModuleState.Of(network)) is { Count: > 0 } nonFinite)
        {
            using var log = _environment.Start("CnnWeights");
            log.Warning(MessageSensitivity.None, "{0}", NonFiniteTensors.Describe(nonFinite));
        }
        return report;
    }

    /// <summary>
    /// Weights of known classes; their head only where it tells the same classes apart, brought to their order, or where it keeps what it knows.
    /// </summary>
    private IEnumerable<KeyValuePair<string, Tensor>> State(IReadOnlyList<KeyValuePair<string, Tensor>> state, IReadOnlyList<string> names,
        IReadOnlyList<string> classes, bool keepKnown)
    {
        // The same number of classes need not be the same classes.
        if (!names.ToHashSet().SetEquals(classes))
        {
            var trunk = state.Where(pair => !_architecture.IsHead(pair.Key));
            return !keepKnown ? trunk : [.. trunk, .. state.Where(pair => _architecture.IsHead(pair.Key) && pair.Value.dim() > 0
                && pair.Value.size(0) == names.Count).Select(pair => KeyValuePair.Create(pair.Key, HeadRows.For(pair.Value, names, classes)))];
        }
        if (names.SequenceEqual(classes))
            return state;
        var places = NamePlaces.Of(names);
        using var noGradient = no_grad();
        var order = tensor(classes.Select(name => (long)places[name]).ToArray(), device: state[0].Value.device);
        return [.. state.Select(pair => _architecture.IsHead(pair.Key) ? KeyValuePair.Create(pair.Key, pair.Value.index_select(0, order)) : pair)];
    }

    private static void CheckKnown(IReadOnlyList<string>? known, IReadOnlyList<string> classes)
    {
        const string Option = nameof(CnnTrainerOptions.KeepKnownClasses);
        if (known is null)
        {
            throw OptionCheck.Unfit(Option, $"{Option} needs {nameof(CnnTrainerOptions.Weights)} that say which classes they know: a trained model or a "
                + "model.zip.");
        }
        if (!known.Intersect(classes).Any())
        {
            throw OptionCheck.Unfit(Option, $"{Option}: none of the label column's classes {Listing.Of(classes)} is among those that the weights know, "
                + $"{Listing.Of(known)}. Map labels to keys by all classes, the known ones and the new.");
        }
    }

    private static string Name(Architecture architecture) =>
        architecture.Name + (architecture.Settings.Count > 0 ? $" ({string.Join(", ", architecture.Settings.Select(s => $"{s.Key} {s.Value}"))})" : "");

    // PyTorch's files are zip archives too; ML.NET's name their own version.
    private static bool IsModelFile(string path)
    {
        if (!File.Exists(path))
            return false;
        try
        {
            using var archive = ZipFile.OpenRead(path);
            return archive.Entries.Any(entry => entry.FullName.Replace('\\', '/') == "TrainingInfo/Version.txt");
        }
        catch (InvalidDataException)
        {
            return false; // weights of another format, or no weights: whoever reads them says so
        }
    }

    private static CnnTransformer LoadModel(IHostEnvironment environment, string path) => CnnTransformer.Find(ModelFiles.Load(environment, path))
        ?? throw new ArgumentException($"'{path}' is an ML.NET model without a convolutional network of this library.", nameof(path));
}
