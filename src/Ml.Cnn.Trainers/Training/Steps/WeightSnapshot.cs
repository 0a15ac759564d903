using Ml.Cnn.Trainers.Training.Checkpoints;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Training.Steps;

/// <summary>A copy of a network's weights and statistics, to return to.</summary>
internal sealed class WeightSnapshot : ICheckpointed, IDisposable
{
    private Dictionary<string, Tensor>? _copy;

    public bool IsTaken => _copy is not null;

    public void Take(Module network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var state = network.state_dict();
        if (_copy is null)
        {
            _copy = state.ToDictionary(s => s.Key, s => s.Value.detach().clone().DetachFromDisposeScope());
            return;
        }
        foreach (var (name, value) in state)
            _copy[name].copy_(value);
    }

    public void Restore(Module network)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        foreach (var (name, value) in network.state_dict())
            value.copy_(_copy![name]);
    }

    string ICheckpointed.Name => "best";

    CheckpointPart ICheckpointed.Save() => new([.. _copy ?? []]);

    void ICheckpointed.Restore(CheckpointPart part)
    {
        Dispose();
        _copy = part.Tensors.Count == 0 ? null : part.Tensors.ToDictionary(pair => pair.Key, pair => pair.Value.clone().DetachFromDisposeScope());
    }

    public void Dispose()
    {
        foreach (var value in _copy?.Values ?? Enumerable.Empty<Tensor>())
            value.Dispose();
    }
}
