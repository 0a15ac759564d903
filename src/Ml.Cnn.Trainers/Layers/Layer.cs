using System.Diagnostics.CodeAnalysis;
using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>One observable operation of a forward pass: a kind, a name, inputs and an output.</summary>
/// <remarks>
/// libtorch from C# can neither trace nor export a network, so every operation of this library's networks goes
/// through a layer, also those without parameters (add, flatten, …). A <see cref="ForwardTrace"/> that is open on the
/// calling thread sees each one.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public interface ILayer
{
    /// <summary>The operation's name in the field's terms, in lower case: "conv2d", "add", "flatten".</summary>
    string Kind { get; }

    /// <summary>What the layer does in evaluation mode: its kind, its attributes and its weights as they are now.</summary>
    LayerDescription Describe();

    /// <summary>Applies the layer to as many inputs as it takes.</summary>
    internal Tensor Call(Tensor[] inputs);
}

/// <summary>A layer from one tensor to one tensor.</summary>
[Experimental(ExperimentalApi.Layers)]
public abstract class Layer : Module<Tensor, Tensor>, ILayer
{
    /// <summary>Names the operation.</summary>
    /// <param name="kind">The operation's name: see <see cref="ILayer.Kind"/>.</param>
    protected Layer(string kind) : base(kind) => Kind = kind;

    /// <inheritdoc/>
    public string Kind { get; }

    /// <inheritdoc/>
    public abstract LayerDescription Describe();

    /// <summary>What the layer keeps its input between, where it does nothing else; null for all other layers.</summary>
    internal virtual Bounds? Bounds => null;

    /// <summary>Whether somebody wants to see the layer's calls.</summary>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    Tensor ILayer.Call(Tensor[] inputs) => call(inputs[0]);

    /// <summary>Applies the layer and shows the operation to an open <see cref="ForwardTrace"/>.</summary>
    public sealed override Tensor forward(Tensor input)
    {
        var output = input.device_type == DeviceType.META ? ComputeShape(input) : Compute(input);
        ForwardTrace.Observe(this, [input], output);
        return output;
    }

    /// <summary>The operation itself. It never returns its input: a container would dispose it.</summary>
    protected abstract Tensor Compute(Tensor input);

    /// <summary>
    /// The operation on torch's meta device, whose tensors have a shape and no values. A layer says here what shape it gives where libtorch
    /// itself cannot tell: it keeps some operations' kernels for that device in Python.
    /// </summary>
    internal virtual Tensor ComputeShape(Tensor input) => Compute(input);
}

/// <summary>A layer that joins several tensors into one.</summary>
[Experimental(ExperimentalApi.Layers)]
public abstract class JoinLayer : Module<Tensor[], Tensor>, ILayer
{
    /// <summary>Names the operation.</summary>
    /// <param name="kind">The operation's name: see <see cref="ILayer.Kind"/>.</param>
    protected JoinLayer(string kind) : base(kind) => Kind = kind;

    /// <inheritdoc/>
    public string Kind { get; }

    /// <inheritdoc/>
    public abstract LayerDescription Describe();

    /// <inheritdoc cref="Layer.HasHooks"/>
    internal bool HasHooks => pre_hooks.Count + post_hooks.Count + module_pre_hooks.Count + module_post_hooks.Count > 0;

    Tensor ILayer.Call(Tensor[] inputs) => call(inputs);

    /// <summary>Applies the layer and shows the operation to an open <see cref="ForwardTrace"/>.</summary>
    public sealed override Tensor forward(Tensor[] inputs)
    {
        var output = Compute(inputs);
        ForwardTrace.Observe(this, inputs, output);
        return output;
    }

    /// <summary>The operation itself. It never returns one of its inputs.</summary>
    protected abstract Tensor Compute(Tensor[] inputs);
}
