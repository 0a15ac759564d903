using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network as a TorchScript module, which runs as a single call into libtorch.</summary>
internal sealed class ScriptedNetwork : TensorNetwork
{
    private readonly LoadedScript _module;
    private readonly Device _device;

    private ScriptedNetwork(LoadedScript module, Device device, CnnScoringCopy description) =>
        (_module, _device, Description) = (module, device, description);

    public override CnnScoringCopy Description { get; }

    /// <summary>Compiles a program. The network's weights are copied: the network may go.</summary>
    /// <param name="program">From the images, or a layer's output, to a layer's output.</param>
    /// <param name="target">What the copy is made for.</param>
    /// <param name="output">What is made of the program's output.</param>
    /// <param name="device">Where it runs.</param>
    /// <exception cref="NotSupportedException">A layer's kind is not known; the message names it.</exception>
    public static ScriptedNetwork Of(GraphProgram program, ScriptTarget target, CopyOutput output, Device device)
    {
        var script = new ScoringScript(new FusedProgram(program), target, output);
        var module = LoadedScript.Of(script.ToArchive());
        try
        {
            using var mode = inference_mode();
            var bytes = 0L;
            foreach (var weight in script.Weights)
            {
                using var scope = NewDisposeScope();
                var tensor = weight.Make().to(device);
                bytes += tensor.numel() * tensor.element_size();
                module.Set(weight.Name, weight.Reorder is null ? tensor : module.Invoke(weight.Reorder, tensor));
            }
            return new(module, device, new()
            {
                Method = CnnScoringMethod.Compiled,
                Precision = target.Type switch { ScalarType.BFloat16 => Precision.BFloat16, ScalarType.Float16 => Precision.Float16, _ => Precision.Float32 },
                Images = target.UsesOneDnn ? (int)target.Images : 0,
                WeightBytes = bytes,
            });
        }
        catch
        {
            module.Dispose();
            throw;
        }
    }

    public override Tensor Run(Tensor images) => _module.Forward(images.BringTo(_device));

    public override void Dispose() => _module.Dispose();
}
