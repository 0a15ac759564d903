using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Weights;
using TorchSharp.Modules;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Exchange;

/// <summary>A network's modules, parameters and buffers as the objects of a TorchScript archive, under their own names.</summary>
internal sealed class NamedModules
{
    // What every module of a TorchScript archive has besides.
    private static readonly string[] s_taken = ["training", "forward"];

    private readonly Dictionary<string, ScriptObject> _objects = [];
    private readonly Dictionary<string, string> _classNames = [];
    private readonly HashSet<string> _taken = [.. s_taken];

    private NamedModules(Module network)
    {
        foreach (var (path, module) in network.named_modules())
            _classNames.TryAdd(path, ClassName(module.GetType()));
        _objects.Add("", new(ScriptArchive.ClassName));
        foreach (var (name, tensor) in ModuleState.Of(network))
            Add(name, tensor);
    }

    /// <summary>The network's object, without methods.</summary>
    /// <exception cref="NotSupportedException">A name cannot be written; the message says which.</exception>
    public static ScriptObject Of(Module network) => new NamedModules(network)._objects[""];

    private void Add(string name, Tensor tensor)
    {
        var (owner, own) = Split(name);
        Take(name, own);
        Object(owner).Tensors.Add(new(own, tensor, tensor is Parameter));
    }

    private ScriptObject Object(string path)
    {
        if (_objects.TryGetValue(path, out var known))
            return known;
        var (owner, own) = Split(path);
        Take(path, own);
        var made = _objects[path] = new(_classNames.GetValueOrDefault(path, "Group"));
        Object(owner).Objects.Add((own, made));
        return made;
    }

    private void Take(string name, string own)
    {
        if (own.Length == 0 || s_taken.Contains(own) || !_taken.Add(name))
            throw new NotSupportedException($"the name '{name}' stands for two things, or for what every module of PyTorch has");
    }

    private static (string Owner, string Own) Split(string name)
    {
        var dot = name.LastIndexOf('.');
        return dot < 0 ? ("", name) : (name[..dot], name[(dot + 1)..]);
    }

    // "Conv2d", as C# has it; of a generic type without what follows.
    private static string ClassName(Type type)
    {
        var name = new string([.. type.Name.Split('`')[0].Where(char.IsAsciiLetterOrDigit)]);
        return name.Length > 0 && char.IsAsciiLetter(name[0]) && ScriptText.IsIdentifier(name) ? name : "Group" + name;
    }
}
