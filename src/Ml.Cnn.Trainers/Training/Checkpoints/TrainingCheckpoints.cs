using System.Diagnostics;
using Microsoft.ML.Runtime;
using Ml.Cnn.Trainers.Weights;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>Writes a training's checkpoints when they are due, and brings it back to where an earlier one stopped.</summary>
/// <param name="options">When they are due.</param>
/// <param name="folder">Where they are.</param>
/// <param name="settings">What must be the same to go on.</param>
/// <param name="seed">The training's.</param>
/// <param name="plan">How the network runs.</param>
/// <param name="isMain">Whether this process writes them; every process goes on from them.</param>
/// <param name="log">MLContext.Log.</param>
internal sealed class TrainingCheckpoints(CheckpointOptions options, CheckpointFolder folder, IReadOnlyDictionary<string, string> settings, int seed,
    CheckpointHeader.PlanJson plan, bool isMain, IChannel log)
{
    private readonly List<ICheckpointed> _parts = [];
    private readonly Stopwatch _sinceLast = Stopwatch.StartNew();
    private TrainingPosition? _newest;

    /// <summary>Whether one is due in the middle of an epoch.</summary>
    public bool IsDue => isMain && _sinceLast.Elapsed >= options.Every;

    /// <summary>Has something kept that is remembered from step to step.</summary>
    public void Keep(params IEnumerable<ICheckpointed> parts) => _parts.AddRange(parts);

    /// <summary>Whether one is due once an epoch is over.</summary>
    public bool IsDueAfter(int epoch) => (isMain && epoch % options.EveryEpochs == 0) || IsDue;

    /// <summary>Brings everything that is kept back to where the newest checkpoint has it.</summary>
    /// <returns>Where to go on; null where there is nothing to go on from.</returns>
    public TrainingPosition? Resume()
    {
        if (folder.Resumed is not { } header)
            return null;
        using (var file = folder.ReadNewest())
        {
            foreach (var part in _parts)
                part.Restore(PartOf(file, header, part.Name));
        }
        _newest = header.Position;
        log.Info(MessageSensitivity.None, "{0}", $"going on from {folder.ResumedName}: epoch {header.Position.Epoch}, {header.Position.Steps} steps done");
        if (header.Plan != plan)
            log.Warning(MessageSensitivity.None, "{0}", $"The checkpoint was trained on {Text(header.Plan)}, and training goes on on {Text(plan)}: the "
                + "weights will not be those of an undisturbed training to the last bit.");
        return header.Position;
    }

    /// <summary>Writes one. Where that fails, a warning says so, training goes on and the earlier ones stay.</summary>
    public void Write(TrainingPosition position)
    {
        if (!isMain)
            return;
        if (_newest is { } last && (last.Epoch, last.Batches, last.History.Count) == (position.Epoch, position.Batches, position.History.Count))
            return; // nothing has happened since
        using var scope = NewDisposeScope();
        var parts = _parts.Select(part => (part.Name, Part: part.Save())).ToArray();
        var header = new CheckpointHeader
        {
            Settings = settings,
            Seed = seed,
            Plan = plan,
            Position = position,
            Numbers = parts.ToDictionary(part => part.Name, part => part.Part.Numbers),
        };
        try
        {
            folder.Write(header, [.. parts.SelectMany(part => part.Part.Tensors.Select(pair => KeyValuePair.Create($"{part.Name}.{pair.Key}", pair.Value)))]);
            _newest = position;
        }
        catch (IOException e)
        {
            log.Warning(MessageSensitivity.None, "{0}", $"A checkpoint could not be written to '{options.Folder}', and training goes on without it: "
                + $"{e.Message}");
        }
        _sinceLast.Restart();
    }

    /// <summary>Brings the network alone back to the newest checkpoint.</summary>
    /// <returns>Where that was; null where there is none, and the network is as it was.</returns>
    public TrainingPosition? RestoreNetwork(Module network)
    {
        if (_newest is null)
            return null;
        using var file = folder.ReadNewest();
        new CheckpointedNetwork(network).Restore(new([.. Tensors(file, CheckpointedNetwork.PartName)]));
        return _newest;
    }

    private static CheckpointPart PartOf(SafeTensorsFile file, CheckpointHeader header, string name) =>
        new([.. Tensors(file, name)], header.Numbers.GetValueOrDefault(name) ?? new Dictionary<string, double>());

    private static IEnumerable<KeyValuePair<string, Tensor>> Tensors(SafeTensorsFile file, string part) => file.Tensors
        .Where(pair => pair.Key.StartsWith(part + ".", StringComparison.Ordinal))
        .Select(pair => KeyValuePair.Create(pair.Key[(part.Length + 1)..], pair.Value));

    private static string Text(CheckpointHeader.PlanJson plan) =>
        FormattableString.Invariant(
            $"{plan.Device}, {plan.ComputeType?.ToString() ?? "float32"}{(plan.ChannelsLast ? ", channels last" : "")}, {plan.Threads} threads");
}
