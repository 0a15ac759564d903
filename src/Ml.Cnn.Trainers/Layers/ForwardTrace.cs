using System.Diagnostics.CodeAnalysis;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Observes every layer of the forward passes made on one thread while it is open.</summary>
/// <remarks>Layer tables, feature maps and export all read a network through this one door.</remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class ForwardTrace : IDisposable
{
    [ThreadStatic]
    private static ForwardTrace? s_open;

    private readonly ForwardTrace? _outer;
    private readonly Action<ILayer, IReadOnlyList<Tensor>, Tensor> _observer;

    /// <summary>Opens a trace on the calling thread; disposing it reopens the one before.</summary>
    /// <param name="observer">Gets the layer, its inputs and its output. The tensors live as long as the pass keeps them.</param>
    public ForwardTrace(Action<ILayer, IReadOnlyList<Tensor>, Tensor> observer)
    {
        _observer = observer;
        _outer = s_open;
        s_open = this;
    }

    /// <inheritdoc/>
    public void Dispose() => s_open = _outer;

    /// <summary>Whether a trace is open on the calling thread. Layers then write no output over their inputs.</summary>
    internal static bool IsOpen => s_open is not null;

    internal static void Observe(ILayer layer, Tensor[] inputs, Tensor output) => s_open?._observer(layer, inputs, output);
}
