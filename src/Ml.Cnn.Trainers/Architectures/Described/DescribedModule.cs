using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using ExternalException = System.Runtime.InteropServices.ExternalException;

namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>The module of a network that is given as data: its layers under their paths, applied step by step.</summary>
internal sealed class DescribedModule : Module<Tensor, Tensor>
{
    private readonly Application[] _applications;

    /// <summary>Makes the layers with freshly drawn weights.</summary>
    /// <exception cref="FormatException">A layer cannot be made; the message names it.</exception>
    public DescribedModule(LayerGraph graph) : base(nameof(DescribedModule))
    {
        var uses = graph.Steps.SelectMany(step => step.Inputs).CountBy(name => name).ToDictionary();
        var values = new Dictionary<string, int> { [LayerGraph.Images] = 0 };
        var layers = new Dictionary<string, (ILayer Layer, string Kind)>();
        var groups = new Dictionary<string, Module> { [""] = this };
        _applications = new Application[graph.Steps.Count];
        var lastUse = new int[graph.Steps.Count + 1];
        try
        {
            for (var i = 0; i < _applications.Length; i++)
            {
                var step = graph.Steps[i];
                var inputs = step.Inputs.Select(input => values[input]).ToArray();
                foreach (var input in inputs)
                    lastUse[input] = i;
                var (layer, kind) = step.Kind == LayerStep.Again ? Earlier(step, layers) : (Add(step, groups, Overwrites(step)), step.Kind);
                if (layer is Layer && inputs.Length != 1)
                    throw new FormatException($"the layer '{step.Name}' ({kind}) takes one input, not {inputs.Length}");
                layers.Add(step.Name, (layer, kind));
                values.Add(step.Name, i + 1);
                _applications[i] = new(step.Name, layer, inputs);
            }
        }
        catch
        {
            Dispose();
            throw;
        }
        for (var value = 1; value < _applications.Length; value++)
        {
            if (uses.ContainsKey(graph.Steps[value - 1].Name))
                _applications[lastUse[value]].LastUsed.Add(value);
            else
                _applications[value - 1].LastUsed.Add(value); // nobody takes it
        }

        bool Overwrites(LayerStep step) => step.Inputs[0] != LayerGraph.Images && uses[step.Inputs[0]] == 1
            && DescribedLayers.MayBeOverwritten(layers[step.Inputs[0]].Kind);
    }

    /// <inheritdoc/>
    public override Tensor forward(Tensor images)
    {
        var values = new Tensor[_applications.Length + 1]; // the images, then what each step makes
        values[0] = images;
        for (var i = 0; i < _applications.Length; i++)
        {
            var application = _applications[i];
            values[i + 1] = application.Layer.Call([.. application.Inputs.Select(value => values[value])]);
            foreach (var value in application.LastUsed)
                values[value].Dispose();
        }
        return values[^1];
    }

    /// <summary>The shape of the output for one image, worked out on torch's meta device, on which this module must lie.</summary>
    /// <exception cref="FormatException">A layer cannot take what comes to it; the message names it.</exception>
    public long[] OutputShape(long channels, long height, long width)
    {
        using var scope = NewDisposeScope();
        using var mode = inference_mode();
        var values = new Tensor[_applications.Length + 1];
        values[0] = empty([1, channels, height, width], device: META);
        for (var i = 0; i < _applications.Length; i++)
        {
            var application = _applications[i];
            var inputs = application.Inputs.Select(value => values[value]).ToArray();
            try
            {
                values[i + 1] = application.Layer.Call(inputs);
            }
            catch (Exception e) when (e is ExternalException or ArgumentException or InvalidOperationException or IndexOutOfRangeException)
            {
                throw new FormatException($"the layer '{application.Name}' ({application.Layer.Kind}) cannot take "
                    + $"{string.Join(" and ", inputs.Select(input => string.Join(" × ", input.shape)))}", e);
            }
        }
        return values[^1].shape;
    }

    private static (ILayer Layer, string Kind) Earlier(LayerStep step, Dictionary<string, (ILayer Layer, string Kind)> layers)
    {
        var arguments = new LayerArguments(step);
        var name = arguments.Text(LayerStep.Layer);
        arguments.End();
        return layers.TryGetValue(name, out var layer) ? layer
            : throw new FormatException($"the layer '{step.Name}' is that of '{name}', which is not before it");
    }

    private static ILayer Add(LayerStep step, Dictionary<string, Module> groups, bool overwrites)
    {
        var layer = DescribedLayers.Make(step, overwrites);
        var dot = step.Name.LastIndexOf('.');
        GroupOf(dot < 0 ? "" : step.Name[..dot], groups).register_module(step.Name[(dot + 1)..], layer);
        return (ILayer)layer;
    }

    private static Module GroupOf(string path, Dictionary<string, Module> groups)
    {
        if (groups.TryGetValue(path, out var group))
            return group;
        var dot = path.LastIndexOf('.');
        group = new LayerGroup();
        GroupOf(dot < 0 ? "" : path[..dot], groups).register_module(path[(dot + 1)..], group);
        return groups[path] = group;
    }

    /// <summary>Layers that share the beginning of their paths.</summary>
    private sealed class LayerGroup() : Module(nameof(LayerGroup));

    /// <param name="Name">The step's.</param>
    /// <param name="Layer">What is applied.</param>
    /// <param name="Inputs">The positions of what it takes.</param>
    private sealed record Application(string Name, ILayer Layer, int[] Inputs)
    {
        /// <summary>The values that nobody takes later.</summary>
        public List<int> LastUsed { get; } = [];
    }
}
