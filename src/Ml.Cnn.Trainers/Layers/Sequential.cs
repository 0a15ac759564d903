using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Modules one after the other, named "0", "1", … unless they bring a name. Disposes what lies between two of them.</summary>
/// <remarks>
/// TorchSharp's own container hides its children from <c>state_dict</c>'s order and from <c>get_parameter</c>; this one is an ordinary module.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class Sequential : Module<Tensor, Tensor>
{
    private readonly List<Module<Tensor, Tensor>> _modules = [];

    [ComponentName(Name = "identity")]
    private readonly Identity? _identity; // where there is nothing else, so that a trace sees that too

    /// <summary>Modules named by their positions.</summary>
    /// <param name="modules">The modules, from the input to the output.</param>
    public Sequential(params IEnumerable<Module<Tensor, Tensor>> modules)
        : this(modules.Select((module, position) => (position.ToString(CultureInfo.InvariantCulture), module))) { }

    /// <summary>Modules under names of their own.</summary>
    /// <param name="modules">Names, without dots, and modules, from the input to the output.</param>
    public Sequential(params IEnumerable<(string Name, Module<Tensor, Tensor> Module)> modules) : base("sequential")
    {
        foreach (var (name, module) in modules)
        {
            register_module(name, module);
            _modules.Add(module);
        }
        if (_modules.Count == 0)
            _identity = new Identity();
    }

    /// <summary>How many modules there are.</summary>
    public int Count => _modules.Count;

    /// <summary>The module at a position.</summary>
    public Module<Tensor, Tensor> this[int position] => _modules[position];

    /// <summary>Applies one module after the other; without any, a new handle on the input.</summary>
    public override Tensor forward(Tensor input)
    {
        if (_identity is not null)
            return _identity.call(input);
        var output = input;
        for (int i = 0, taken; i < _modules.Count; i += taken)
        {
            var both = i + 1 < _modules.Count ? Chaining.AsOne(_modules[i], _modules[i + 1], output) : null;
            taken = both is null ? 1 : 2;
            var next = both ?? _modules[i].call(output);
            if (i > 0)
                output.Dispose();
            output = next;
        }
        return output;
    }
}
