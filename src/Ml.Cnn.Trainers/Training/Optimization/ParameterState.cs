using Ml.Cnn.Trainers.Layers;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>What an optimizer remembers of one parameter.</summary>
internal sealed class ParameterState : IDisposable
{
    /// <param name="parameter">Where it is trained already.</param>
    /// <param name="buffers">How many tensors of its shape and layout to keep, all 0 at first.</param>
    public ParameterState(Parameter parameter, int buffers)
    {
        Parameter = parameter;
        Gradient = new(parameter);
        using var noGradient = no_grad();
        Buffers = [.. Enumerable.Range(0, buffers).Select(_ => zeros_like(parameter).DetachFromDisposeScope())];
    }

    public Parameter Parameter { get; }

    /// <summary>Where its gradient is.</summary>
    public GradientBuffer Gradient { get; }

    /// <summary>Momentum and the like; each optimizer says what.</summary>
    public IReadOnlyList<Tensor> Buffers { get; }

    /// <summary>How often the parameter has been moved.</summary>
    public long Steps { get; set; }

    public void Dispose()
    {
        Gradient.Dispose();
        foreach (var buffer in Buffers)
            buffer.Dispose();
    }
}
