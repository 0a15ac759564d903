using Ml.Cnn.Trainers.Layers;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;
using AdaptiveAvgPool2d = Ml.Cnn.Trainers.Layers.AdaptiveAvgPool2d;
using AvgPool2d = Ml.Cnn.Trainers.Layers.AvgPool2d;
using BatchNorm2d = Ml.Cnn.Trainers.Layers.BatchNorm2d;
using ChannelShuffle = Ml.Cnn.Trainers.Layers.ChannelShuffle;
using ConstantPad2d = Ml.Cnn.Trainers.Layers.ConstantPad2d;
using Conv2d = Ml.Cnn.Trainers.Layers.Conv2d;
using Dropout = Ml.Cnn.Trainers.Layers.Dropout;
using Flatten = Ml.Cnn.Trainers.Layers.Flatten;
using GELU = Ml.Cnn.Trainers.Layers.GELU;
using Hardsigmoid = Ml.Cnn.Trainers.Layers.Hardsigmoid;
using Hardswish = Ml.Cnn.Trainers.Layers.Hardswish;
using Identity = Ml.Cnn.Trainers.Layers.Identity;
using LayerNorm = Ml.Cnn.Trainers.Layers.LayerNorm;
using LeakyReLU = Ml.Cnn.Trainers.Layers.LeakyReLU;
using Linear = Ml.Cnn.Trainers.Layers.Linear;
using LocalResponseNorm = Ml.Cnn.Trainers.Layers.LocalResponseNorm;
using MaxPool2d = Ml.Cnn.Trainers.Layers.MaxPool2d;
using PReLU = Ml.Cnn.Trainers.Layers.PReLU;
using ReLU = Ml.Cnn.Trainers.Layers.ReLU;
using ReLU6 = Ml.Cnn.Trainers.Layers.ReLU6;
using Sigmoid = Ml.Cnn.Trainers.Layers.Sigmoid;
using SiLU = Ml.Cnn.Trainers.Layers.SiLU;
using Tanh = Ml.Cnn.Trainers.Layers.Tanh;

namespace Ml.Cnn.Trainers.Architectures.Described;

/// <summary>Makes layers of the text that <see cref="LayerGraph"/> keeps of them: an entry for each kind that a network given as data may have.</summary>
internal static class DescribedLayers
{
    /// <summary>The attribute of a head, a layer whose outputs are the classes.</summary>
    public const string Outputs = "out";

    /// <summary>The attribute of a layer that may take the images: their channels.</summary>
    public const string Inputs = "in";

    private delegate Module Maker(LayerArguments layer, bool overwrites);

    private static readonly Dictionary<string, Maker> s_all = new()
    {
        [LayerKinds.Conv2d] = (layer, _) => new Conv2d(layer.Count(Inputs), layer.Count(Outputs), layer.Size("kernel", least: 1),
            layer.Size("stride", 1, least: 1), layer.Size("padding", 0), layer.Size("dilation", 1, least: 1), layer.Count("groups", 1),
            layer.Flag("bias", true)),
        [LayerKinds.Linear] = (layer, _) => new Linear(layer.Count(Inputs), layer.Count(Outputs), layer.Flag("bias", true)),
        [LayerKinds.BatchNorm2d] = (layer, _) => new BatchNorm2d(layer.Count("channels"), layer.Number("epsilon", 1e-5), layer.Number("momentum", 0.1)),
        [LayerKinds.LayerNorm] = (layer, _) => new LayerNorm(layer.Count("channels"), layer.Number("epsilon", 1e-5)),
        [LayerKinds.LayerNorm2d] = (layer, _) => new LayerNorm2d(layer.Count("channels"), layer.Number("epsilon", 1e-5)),
        [LayerKinds.LocalResponseNorm] = (layer, _) =>
            new LocalResponseNorm(layer.Count("size"), layer.Number("alpha"), layer.Number("beta"), layer.Number("k")),
        [LayerKinds.LayerScale] = (layer, _) => new LayerScale(layer.Count("channels")),
        [LayerKinds.ChannelAffine] = (layer, _) => new ChannelAffine(layer.Count("channels"), layer.Flag("weight", true), layer.Flag("bias", true),
            layer.Flag("last", false) ? -1 : 1),
        [LayerKinds.Affine] = (layer, _) => new Affine(layer.Number("slope", 1), layer.Number("offset", 0)),
        [LayerKinds.MeanImage] = (layer, _) =>
            new MeanImage(Parameters.Buffer(0, float32, layer.Count("channels"), layer.Size("size", least: 1).Height, layer.Size("size", least: 1).Width)),
        [LayerKinds.RadialBasis] = (layer, _) => new RadialBasis(Parameters.Buffer(0, float32, layer.Count(Outputs), layer.Count(Inputs))),
        [LayerKinds.MaxPool2d] = (layer, _) => new MaxPool2d(layer.Size("kernel", least: 1), layer.Size("stride", least: 1), layer.Size("padding", 0),
            layer.Flag("ceil", false)),
        [LayerKinds.AvgPool2d] = (layer, _) => new AvgPool2d(layer.Size("kernel", least: 1), layer.Size("stride", least: 1), layer.Size("padding", 0),
            layer.Flag("ceil", false), layer.Flag("counts_padding", true)),
        [LayerKinds.AdaptiveAvgPool2d] = (layer, _) => new AdaptiveAvgPool2d(layer.Size("output", 1, least: 1)),
        [LayerKinds.ConstantPad2d] = (layer, _) => new ConstantPad2d(layer.Size("before"), layer.Size("behind"), layer.Number("value", 0)),
        [LayerKinds.ZeroPaddedShortcut] = (layer, _) => new ZeroPaddedShortcut(layer.Count(Inputs), layer.Count(Outputs), layer.Count("stride", 1)),
        [LayerKinds.ChannelShuffle] = (layer, _) => new ChannelShuffle(layer.Count("groups")),
        [LayerKinds.Slice] = (layer, _) => new Slice(layer.Whole("start"), layer.Count("length"), layer.Count("dimension", 1)),
        [LayerKinds.Permute] = (layer, _) => new Permute(layer.Wholes("dimensions")),
        [LayerKinds.Reshape] = (layer, _) => new Reshape(layer.Wholes("shape")),
        [LayerKinds.Flatten] = (_, _) => new Flatten(),
        [LayerKinds.Concatenate] = (layer, _) => new Concatenate(layer.Count("dimension", 1)),
        [LayerKinds.Add] = (_, overwrites) => new Add(inPlace: overwrites),
        [LayerKinds.Multiply] = (_, _) => new Multiply(),
        [LayerKinds.Negate] = (_, _) => new Negate(),
        [LayerKinds.Identity] = (_, _) => new Identity(),
        [LayerKinds.Dropout] = (layer, _) => new Dropout(layer.Number("probability", 0.5)),
        [LayerKinds.Maxout] = (layer, _) => new Maxout(layer.Count("pieces")),
        [LayerKinds.ReLU] = (_, overwrites) => new ReLU(inPlace: overwrites),
        [LayerKinds.ReLU6] = (_, overwrites) => new ReLU6(inPlace: overwrites),
        [LayerKinds.Clip] = (layer, _) => new Clip(layer.Number("minimum"), layer.Number("maximum")),
        [LayerKinds.LeakyReLU] = (layer, overwrites) => new LeakyReLU(layer.Number("slope", 0.01), inPlace: overwrites),
        [LayerKinds.PReLU] = (layer, _) => new PReLU(layer.Count("channels", 1)),
        [LayerKinds.Sigmoid] = (_, _) => new Sigmoid(),
        [LayerKinds.Tanh] = (_, _) => new Tanh(),
        [LayerKinds.ScaledTanh] = (layer, _) => new ScaledTanh(layer.Number("amplitude"), layer.Number("slope")),
        [LayerKinds.SiLU] = (_, _) => new SiLU(),
        [LayerKinds.GELU] = (_, _) => new GELU(),
        [LayerKinds.Hardsigmoid] = (_, _) => new Hardsigmoid(),
        [LayerKinds.Hardswish] = (_, _) => new Hardswish(),
    };

    // What these give is theirs alone, and their gradient does not look at it: an activation may write over it.
    private static readonly HashSet<string> s_overwritten =
        [LayerKinds.Conv2d, LayerKinds.Linear, LayerKinds.BatchNorm2d, LayerKinds.Add, LayerKinds.Concatenate];

    /// <summary>The kinds that there are.</summary>
    public static IReadOnlyCollection<string> Kinds => s_all.Keys;

    /// <summary>Whether the memory of what a kind of layer gives may take what its only taker gives.</summary>
    public static bool MayBeOverwritten(string kind) => s_overwritten.Contains(kind);

    /// <summary>Makes a step's layer.</summary>
    /// <param name="step">The step.</param>
    /// <param name="overwrites">Whether it may write over its first input.</param>
    /// <exception cref="FormatException">The kind is unknown, or an attribute is missing, unknown or outside its range.</exception>
    public static Module Make(LayerStep step, bool overwrites)
    {
        if (!s_all.TryGetValue(step.Kind, out var maker))
            throw new FormatException($"the layer '{step.Name}' is of the unknown kind '{step.Kind}'");
        var arguments = new LayerArguments(step);
        try
        {
            var layer = maker(arguments, overwrites);
            arguments.End();
            return layer;
        }
        catch (ArgumentException e)
        {
            throw new FormatException($"the layer '{step.Name}' ({step.Kind}) cannot be made: {e.Message}", e);
        }
    }
}
