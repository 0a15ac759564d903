using static TorchSharp.torch;
using static TorchSharp.torch.jit;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A TorchScript module that libtorch has loaded, in evaluation mode.</summary>
/// <remarks>
/// TorchSharp 0.107 keeps a module that it disposes: on its way through the modules inside, it takes another hold of the module itself and never lets go.
/// The tensors are therefore taken out of the modules before, so that what stays is small.
/// </remarks>
internal sealed class LoadedScript : IDisposable
{
    private readonly ScriptModule _module;

    private LoadedScript(ScriptModule module)
    {
        _module = module;
        _module.eval();
    }

    /// <summary>Loads an archive from memory, onto the CPU.</summary>
    public static LoadedScript Of(byte[] archive) => new(load(archive, CPU));

    /// <summary>Loads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="device">Where to.</param>
    public static LoadedScript Of(string path, Device device) => new(load(path, device));

    /// <summary>Runs "forward". The caller owns the result.</summary>
    public Tensor Forward(Tensor input) => (Tensor)_module.forward(input);

    /// <summary>Runs a method by its name. The caller owns the result.</summary>
    public Tensor Invoke(string method, Tensor input) => _module.invoke<Tensor>(method, input);

    /// <summary>Puts a tensor in the place of another.</summary>
    public void Set(string name, Tensor tensor) => _module.set_attribute(name, tensor);

    public void Dispose()
    {
        using var scope = NewDisposeScope();
        using var nothing = empty(0);
        foreach (var module in _module.named_modules().Select(pair => pair.module).OfType<ScriptModule>().Append(_module).ToArray())
        {
            foreach (var (name, _) in module.named_attributes(recurse: false))
            {
                if (name is not null)
                    module.set_attribute(name, nothing);
            }
            module.Dispose();
        }
    }
}
