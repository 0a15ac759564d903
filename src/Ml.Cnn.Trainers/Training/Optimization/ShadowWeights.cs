using Ml.Cnn.Trainers.Training.Checkpoints;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>Weights that are kept beside those that are trained and follow from them, and that validation and the returned model take.</summary>
internal abstract class ShadowWeights : IDisposable, ICheckpointed
{
    private readonly Tensor[] _parameters;
    private readonly Tensor[] _shadows;

    /// <param name="parameters">Where they are trained already, and perhaps buffers beside them; the shadows begin as they are.</param>
    protected ShadowWeights(IEnumerable<Tensor> parameters)
    {
        using var noGradient = no_grad();
        _parameters = [.. parameters];
        _shadows = [.. _parameters.Select(p => p.detach().clone().DetachFromDisposeScope())];
    }

    /// <summary>In the order of the parameters.</summary>
    public IReadOnlyList<Tensor> Shadows => _shadows;

    /// <summary>How often the shadows have taken in the weights.</summary>
    public long Steps { get; protected set; }

    /// <summary>Puts the shadows in the place of the network's weights, until the result is disposed; for good if it is not.</summary>
    public IDisposable Use()
    {
        Swap();
        return new Swapped(this);
    }

    /// <summary>Moves every shadow some of the way to the weight: shadow ← shadow + share · (weight − shadow).</summary>
    /// <param name="share">From 0 to 1.</param>
    protected void Approach(double share)
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < _shadows.Length; i++)
            _shadows[i].lerp_(_parameters[i].detach(), share);
    }

    /// <summary>Sets the network's weights to the shadows.</summary>
    protected void Return()
    {
        using var noGradient = no_grad();
        using var scope = NewDisposeScope();
        for (var i = 0; i < _shadows.Length; i++)
            _parameters[i].detach().copy_(_shadows[i]);
    }

    private void Swap()
    {
        using var noGradient = no_grad();
        for (var i = 0; i < _shadows.Length; i++)
        {
            using var weights = _parameters[i].detach();
            using var kept = weights.clone();
            weights.copy_(_shadows[i]);
            _shadows[i].copy_(kept);
        }
    }

    /// <summary>Tells the shadows from other parts of a checkpoint.</summary>
    protected abstract string Name { get; }

    /// <summary>What else is remembered, by name.</summary>
    protected virtual IEnumerable<KeyValuePair<string, double>> Numbers => [];

    /// <summary>Takes up <see cref="Numbers"/>.</summary>
    protected virtual void Restore(CheckpointPart part) { }

    string ICheckpointed.Name => Name;

    CheckpointPart ICheckpointed.Save() =>
        new([.. _shadows.Index().Select(a => KeyValuePair.Create(Place(a.Index), a.Item))], new Dictionary<string, double>(Numbers) { ["steps"] = Steps });

    void ICheckpointed.Restore(CheckpointPart part)
    {
        Steps = (long)part.Number("steps");
        Restore(part);
        foreach (var (place, shadow) in _shadows.Index())
            part.CopyTo(Place(place), shadow);
    }

    private static string Place(int place) => FormattableString.Invariant($"{place}");

    public void Dispose()
    {
        foreach (var shadow in _shadows)
            shadow.Dispose();
    }

    private sealed class Swapped(ShadowWeights weights) : IDisposable
    {
        public void Dispose() => weights.Swap();
    }
}
