using Ml.Cnn.Trainers.Graph;
using static TorchSharp.torch;
using static TorchSharp.torch.jit;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A copy of a network for scoring alone, which runs as a single call into libtorch. Any number of threads may run it at once.</summary>
internal sealed class CompiledNetwork : IDisposable
{
    private readonly ScriptModule _module;

    private CompiledNetwork(ScriptModule module, ScriptTarget target, long bytes) => (_module, Target, Bytes) = (module, target, bytes);

    /// <summary>What the copy is made for.</summary>
    public ScriptTarget Target { get; }

    /// <summary>Memory of the weights.</summary>
    public long Bytes { get; }

    /// <summary>Compiles a program. The network's weights are copied: the network may go.</summary>
    /// <param name="program">From the images, or a layer's output, to a layer's output.</param>
    /// <param name="target">What the copy is made for.</param>
    /// <param name="softmax">Whether the output is turned to probabilities.</param>
    /// <exception cref="NotSupportedException">A layer's kind is not known; the message names it.</exception>
    public static CompiledNetwork Of(GraphProgram program, ScriptTarget target, bool softmax)
    {
        var script = new NetworkScript(new FusedProgram(program), target, softmax);
        var module = load(ScriptArchive.Write(script.Methods, [.. script.Weights.Select(weight => weight.Name)]), CPU);
        try
        {
            module.eval();
            using var mode = inference_mode();
            var bytes = 0L;
            foreach (var weight in script.Weights)
            {
                using var scope = NewDisposeScope();
                var tensor = weight.Make();
                bytes += tensor.numel() * tensor.element_size();
                module.set_attribute(weight.Name, weight.Reorder is null ? tensor : module.invoke<Tensor>(weight.Reorder, tensor));
            }
            return new(module, target, bytes);
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    /// <summary>Runs the network. The caller keeps owning the images and owns the result, float32.</summary>
    /// <param name="images">N × channels × height × width, float32.</param>
    public Tensor Run(Tensor images) => (Tensor)_module.forward(images);

    /// <inheritdoc/>
    public void Dispose() => _module.Dispose();
}
