using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>Networks that are given as data, such as those of files: built from their <see cref="LayerGraph"/>, which a saved model keeps.</summary>
internal static class DescribedNetwork
{
    /// <summary>The setting that holds the layers.</summary>
    public const string LayersKey = "layers";

    // Layers that may stand between the images and the first convolution.
    private static readonly HashSet<string> s_keepChannels = [LayerKinds.ConstantPad2d, LayerKinds.Affine, LayerKinds.Identity];

    /// <summary>Whether the settings in a saved model are those of a network that is given as data.</summary>
    public static bool IsNamedBy(IReadOnlyDictionary<string, string> settings) => settings.ContainsKey(LayersKey);

    /// <summary>All that the network is, as the text that model.json keeps.</summary>
    public static IReadOnlyDictionary<string, string> SettingsOf(Architecture architecture, LayerGraph layers)
    {
        var settings = ArchitectureDeclaration.Of(architecture);
        settings.Add(LayersKey, layers.ToString());
        return settings;
    }

    /// <summary>The network that a saved model holds.</summary>
    /// <exception cref="FormatException">A setting is unknown or has no valid value.</exception>
    /// <exception cref="ArgumentException">The name is a built-in network's, or a value is outside its range.</exception>
    public static Architecture Read(string name, IReadOnlyDictionary<string, string> settings) =>
        ArchitectureDeclaration.Read(new Architecture(name, LayerGraph.Parse(settings[LayersKey])), [LayersKey], settings);

    /// <summary>Builds the module, its head for so many classes and what takes the images for so many channels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The layers cannot take such images, or give so many classes.</exception>
    public static Module<Tensor, Tensor> Build(Architecture architecture, LayerGraph layers, NetworkShape shape)
    {
        var graph = For(architecture, layers, shape);
        try
        {
            using (Parameters.On(META))
            {
                using var bare = new DescribedModule(graph);
                bare.eval();
                var output = bare.OutputShape(shape.Channels, shape.Height, shape.Width);
                if (output is not [1, var classes] || classes != shape.Classes)
                    throw new FormatException($"the output is {string.Join(" × ", output)} and not 1 × {shape.Classes}");
            }
            return new DescribedModule(graph);
        }
        catch (FormatException e)
        {
            throw new ArgumentOutOfRangeException(nameof(shape), shape, $"{architecture.Name} cannot take images of {shape.Width}×{shape.Height} pixels with "
                + $"{shape.Channels} channels for {shape.Classes} classes: {e.Message}.");
        }
    }

    private static LayerGraph For(Architecture architecture, LayerGraph layers, NetworkShape shape)
    {
        if (shape.Classes == architecture.DefaultClasses && shape.Channels == architecture.Channels)
            return layers;
        var images = new HashSet<string> { LayerGraph.Images }; // what has the images' channels
        return new([.. layers.Steps.Select(step =>
        {
            if (step.Name == architecture.Head && shape.Classes != architecture.DefaultClasses)
                step = With(step, DescribedLayers.Outputs, shape.Classes);
            if (!images.Contains(step.Inputs[0]))
                return step;
            if (s_keepChannels.Contains(step.Kind))
                images.Add(step.Name);
            return shape.Channels != architecture.Channels && step.Kind == LayerKinds.Conv2d ? With(step, DescribedLayers.Inputs, shape.Channels) : step;
        })]);

        static LayerStep With(LayerStep step, string attribute, int value) =>
            step with { Attributes = new Dictionary<string, string>(step.Attributes) { [attribute] = LayerAttributeText.Of(value) } };
    }
}
