using Ml.Cnn.Trainers.Compilation;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Exchange;

/// <summary>A network's script for others to read and run: an operation for each layer, whose weights are the network's under their own names.</summary>
/// <remarks>Takes batches of any number, and images of any size where the network's layers do.</remarks>
internal sealed class NamedScript : NetworkScript
{
    private static readonly ScriptTarget s_target =
        new(Images: 1, ScalarType.Float32, UsesOneDnn: false) { IsOfAnySize = true, ChannelsLast = false };

    /// <summary>Writes a network's script.</summary>
    /// <param name="program">The whole network.</param>
    /// <param name="normalization">What makes its images of pixels.</param>
    /// <param name="temperature">What its logits are divided by before they become probabilities.</param>
    /// <param name="options">What the script takes and gives.</param>
    /// <exception cref="NotSupportedException">A layer cannot be written; the message names it.</exception>
    public NamedScript(GraphProgram program, Normalization normalization, double temperature, TorchScriptExportOptions options)
        : base(new FusedProgram(program, fuses: false), s_target)
    {
        var images = options.Pixels is { } layout ? Normalized(normalization, layout) : "images";
        var result = Assign("logits", $"torch.flatten({Run(images)}, 1)");
        if (options.Probabilities)
        {
            if (temperature != 1)
                result = Assign("calibrated", $"torch.div({result}, {ScriptText.Of(temperature)})");
            result = Assign("probabilities", $"torch.softmax({result}, 1)");
        }
        Methods = Forward(result);
    }

    /// <summary>The method "forward".</summary>
    public string Methods { get; }

    public override string Factors(FusedOperation operation, Func<string, string>? reordering = null)
    {
        var factors = operation.Node.Kind == LayerKinds.ConnectionTableConv2d
            ? Connected(operation)
            : Weight(operation, WeightRoles.Weight, Target.Type);
        return reordering is null ? factors : reordering(factors);
    }

    public override string Bias(FusedOperation operation) =>
        operation.Node.Description!.Weight(WeightRoles.Bias) is null ? "None" : Weight(operation, WeightRoles.Bias, Target.Type);

    public override string Weight(FusedOperation operation, string role, ScalarType type, Func<string, string>? derived = null)
    {
        var node = operation.Node;
        if (node.Path is null)
            throw new NotSupportedException($"the layer {node.Name} is no part of the network's modules, so that its weights have no names");
        var weight = node.Description!.Weights.First(weight => weight.Role == role);
        var value = node.StateName(weight).Split('.').Aggregate("self", ScriptText.Attribute);
        if (weight.Tensor.dtype != type)
            value = To(value, type);
        return derived is null ? value : derived(Assign("weight", value));
    }

    // Filters with zeros where the table has no connection.
    private string Connected(FusedOperation operation)
    {
        var layer = operation.Node.Description!;
        var (table, inChannels) = (layer.Get<IReadOnlyList<IReadOnlyList<int>>>(LayerAttributes.Table), layer.Get<int>(LayerAttributes.InChannels));
        var kernel = layer.Get<Size2d>(LayerAttributes.Kernel);
        var positions = ConnectionTableConv2d.Positions(table, inChannels);
        var weight = Assign("weight", Weight(operation, WeightRoles.Weight, Target.Type));
        var zeros = Assign("zeros", $"torch.new_zeros({weight}, {ScriptText.Of((long)table.Count * inChannels, kernel.Height, kernel.Width)})");
        var places = Assign("places", $"torch.tensor({ScriptText.Of(positions)}, dtype={Code(ScalarType.Int64)}, device=ops.prim.device({weight}))");
        return Assign("filters", $"torch.reshape(torch.index_copy({zeros}, 0, {places}, {weight}), "
            + $"{ScriptText.Of(table.Count, inChannels, kernel.Height, kernel.Width)})");
    }

    // (value / 255 − mean) / deviation, as value · scale + offset.
    private string Normalized(Normalization normalization, PixelLayout layout)
    {
        var planes = layout == PixelLayout.HeightWidthChannels ? "torch.permute(images, [0, 3, 1, 2])" : "images";
        var pixels = Assign("pixels", To(planes, ScalarType.Float32));
        var scale = PerChannel("scale", normalization.Deviation.Select(deviation => 1 / (255.0 * deviation)));
        var offset = PerChannel("offset", normalization.Mean.Zip(normalization.Deviation, (mean, deviation) => -(double)mean / deviation));
        return Assign("normalized", $"torch.add(torch.mul({pixels}, {scale}), {offset})");

        string PerChannel(string name, IEnumerable<double> values) => Assign(name, $"torch.reshape(torch.tensor({ScriptText.Of(values)}, "
            + $"dtype={Code(ScalarType.Float32)}, device=ops.prim.device(images)), [-1, 1, 1])");
    }
}
