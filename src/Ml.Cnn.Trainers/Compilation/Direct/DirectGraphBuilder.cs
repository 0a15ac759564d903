using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Layers;
using static Ml.Cnn.Trainers.Compilation.Direct.DirectLayers;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation.Direct;

/// <summary>Writes a program as the steps of a <see cref="DirectGraph"/>.</summary>
internal sealed class DirectGraphBuilder
{
    // Where an input is multiplied by factors, that is done beside the product, unless threads share its filters and each would do it again.
    private const int FewPositions = 128;

    // From here on, an inverted residual is computed row by row with its projection: below, rows are few, and those that threads make twice too many.
    private const int LargeMap = 28 * 28;

    // Numbers in a window of several pixels. A block of filters with more does not stay in a core's caches while the positions pass by (ResNet-18, whose
    // windows have up to 4608: 22 ms here, 17 ms by oneDNN).
    private const int LargestWindow = 640;

    private readonly FusedProgram _program;
    private readonly DirectVectors _vectors;
    private readonly List<DirectStep> _steps = [];
    private readonly Dictionary<GraphNode, List<FusedOperation>> _users = [];
    private readonly Dictionary<GraphNode, FusedOperation> _makers = [];
    private readonly Dictionary<GraphNode, DirectValue> _values = [];
    private readonly Dictionary<GraphNode, DirectValue> _sums = [];                                    // over the rows of a map
    private readonly Dictionary<GraphNode, (GraphNode Map, GraphNode Factors)> _products = [];         // that the operation behind takes apart
    private readonly Dictionary<GraphNode, ChannelSource[]> _channels = [];                            // of maps that are not made until they are taken
    private readonly Dictionary<FusedOperation, DirectValue> _wholes = [];                             // of concatenations whose parts are made in place
    private readonly HashSet<FusedOperation> _done = [];

    private DirectGraphBuilder(FusedProgram program, DirectVectors vectors)
    {
        (_program, _vectors) = (program, vectors);
        foreach (var operation in program.Operations)
        {
            _makers.Add(operation.Output, operation);
            foreach (var input in InputsOf(operation).Distinct())
                UsersOf(input).Add(operation);
        }
    }

    /// <summary>Compiles a program. The network's weights are copied.</summary>
    /// <param name="program">From images to a row of numbers.</param>
    /// <param name="output">What is made of that.</param>
    /// <param name="vectors">The kernels.</param>
    /// <param name="images">Images of the batches that it is used for, for readers; 0 for all.</param>
    /// <exception cref="NotSupportedException">Something is not known here; the message says what.</exception>
    public static DirectGraph Build(FusedProgram program, CopyOutput output, DirectVectors vectors, int images = 0)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var builder = new DirectGraphBuilder(program, vectors);
        builder.AddSteps(output);
        return new(builder._steps, output, images);
    }

    private void AddSteps(CopyOutput output)
    {
        var input = SizeOf(_program.Source);
        // Convolutions over all channels take pixels as they lie in the image; what else there is takes whole vectors.
        var isPadded = UsersOf(_program.Source).Any(user => !IsDense(user) || (user.Addend is { } addend && _program.Value(addend) == _program.Source));
        _values[_program.Source] = new(input.Height, input.Width, input.Channels, isPadded ? _vectors.Padded(input.Channels) : input.Channels)
        {
            Border = BorderOf(_program.Source),
        };
        _steps.Add(new DirectInput(_values[_program.Source]));
        foreach (var operation in _program.Operations)
        {
            if (_done.Add(operation))
                Add(operation);
        }
        var result = Value(_program.Output);
        if (result != _steps[^1].Output)
            throw new NotSupportedException("the output is no operation's");
        if (output == CopyOutput.ChannelMeans && result.Pixels > 1)
        {
            var means = new DirectValue(1, 1, result.Channels, result.Pixel);
            _steps.Add(new DirectMean(_vectors, WithoutBorder(result, _program.Output), result.Pixels, means));
        }
        else if (result.Pixels > 1)
            throw new NotSupportedException("the output is no row of numbers");
    }

    private void Add(FusedOperation operation)
    {
        switch (operation.Node.Kind)
        {
            case LayerKinds.Conv2d when IsDepthwise(operation) && operation.Addend is null:
                AddBlock(operation);
                break;
            case LayerKinds.Conv2d when IsExpansion(operation):
                break; // with the depthwise convolution that takes it
            case LayerKinds.Conv2d when IsDense(operation):
            case LayerKinds.Linear:
                AddProduct(operation);
                break;
            case LayerKinds.AdaptiveAvgPool2d when operation.Node.Description!.Get<Size2d>(LayerAttributes.Output) == 1 && operation.Activation is null:
                AddMean(operation);
                break;
            case LayerKinds.MaxPool2d when operation.Activation is null:
                var layer = operation.Node.Description!;
                var window = new Geometry(layer.Get<Size2d>(LayerAttributes.Kernel), layer.Get<Size2d>(LayerAttributes.Stride),
                    layer.Get<Size2d>(LayerAttributes.Padding));
                _steps.Add(new DirectMaximum(_vectors, Value(operation.Node.Inputs[0]), window, NewValue(operation.Output)));
                break;
            case LayerKinds.Concatenate when _wholes.TryGetValue(operation, out var whole):
                _values[operation.Output] = whole;
                break;
            case LayerKinds.Concatenate or LayerKinds.Slice or LayerKinds.ChannelShuffle when operation.Activation is null:
                _channels[operation.Output] = ChannelsOf(operation);
                break;
            case LayerKinds.Multiply when operation.Activation is null:
                AddMultiplication(operation);
                break;
            case LayerKinds.Add when operation.Node.Inputs.Count == 2 && operation.Node.Inputs.All(input => SizeOf(input) == SizeOf(operation.Node)):
                _steps.Add(new DirectSum(_vectors, Value(operation.Node.Inputs[0]), Value(operation.Node.Inputs[1]), NewValue(operation.Output),
                    Finish.Of(operation.Activation)));
                break;
            case LayerKinds.Flatten when SizeOf(operation.Node.Inputs[0]) is { Height: 1, Width: 1 } && operation.Activation is null:
                _values[operation.Output] = Value(operation.Node.Inputs[0]);
                break;
            default:
                throw new NotSupportedException($"the layer {operation.Node.Name} is of the kind '{operation.Node.Kind}'");
        }
    }

    private void AddProduct(FusedOperation operation)
    {
        var source = _program.Value(operation.Node.Inputs[0]);
        var hasFactors = _products.TryGetValue(source, out var product);
        var input = Value(hasFactors ? product.Map : source);
        var addend = operation.Addend is null ? null : Value(operation.Addend);
        var (weights, geometry) = Product(operation, input.Pixel);
        var output = PartFor(operation) ?? NewValue(operation.Output);
        _steps.Add(new DirectConvolution(_vectors, input, weights, geometry, output, Finish.Of(operation.Activation), addend,
            hasFactors ? Value(product.Factors) : null));
    }

    private void AddBlock(FusedOperation operation)
    {
        var source = _program.Value(operation.Node.Inputs[0]);
        var expansion = _makers.TryGetValue(source, out var before) && IsExpansion(before) ? before : null;
        var input = expansion is null ? Value(source) : Value(expansion.Node.Inputs[0]);
        BlockProduct? first = null;
        if (expansion is not null)
        {
            var (weights, geometry) = Product(expansion, input.Pixel);
            first = new(weights, geometry, Finish.Of(expansion.Activation));
        }
        var projection = ProjectionOf(operation);
        BlockProduct? last = null;
        if (projection is not null)
        {
            _done.Add(projection);
            var (weights, geometry) = Product(projection, _vectors.Padded(SizeOf(operation.Node).Channels));
            last = new(weights, geometry, Finish.Of(projection.Activation));
        }
        var output = projection is null ? NewValue(operation.Output) : PartFor(projection) ?? NewValue(projection.Output);
        DirectValue? sums = null;
        if (UsersOf(operation.Output).Any(user => user.Node.Kind == LayerKinds.AdaptiveAvgPool2d))
            sums = _sums[operation.Output] = new(output.Height, 1, output.Channels, output.Pixel);
        var depthwise = new DepthwiseWeights(FoldedWeights.Weight(operation).cpu(), FoldedWeights.Bias(operation)?.cpu(), _vectors.Width);
        _steps.Add(new DirectBlock(_vectors, input, first, SizeOf(source), depthwise, GeometryOf(operation.Node.Description!), Finish.Of(operation.Activation),
            last, projection?.Addend is { } addend ? Value(addend) : null, output, sums));
    }

    // The convolution that alone takes a depthwise one's output, where it is worth computing both row by row.
    private FusedOperation? ProjectionOf(FusedOperation operation)
    {
        var size = SizeOf(operation.Node);
        return operation.Addend is null && operation.Output != _program.Output && size.Height * size.Width >= LargeMap
            && UsersOf(operation.Output) is [var user] && IsDense(user) && !IsExpansion(user) && GeometryOf(user.Node.Description!).IsPointwise
            && (user.Addend is null || (_program.Value(user.Addend) != operation.Output && _values.ContainsKey(_program.Value(user.Addend))))
                ? user
                : null;
    }

    private void AddMean(FusedOperation operation)
    {
        var source = _program.Value(operation.Node.Inputs[0]);
        var size = SizeOf(source);
        var input = _sums.TryGetValue(source, out var sums) ? sums : WithoutBorder(Value(source), source);
        _steps.Add(new DirectMean(_vectors, input, size.Height * size.Width, NewValue(operation.Output)));
    }

    private void AddMultiplication(FusedOperation operation)
    {
        var size = SizeOf(operation.Node);
        var inputs = operation.Node.Inputs.Select(_program.Value).ToArray();
        if (inputs.Length != 2 || inputs.Any(input => SizeOf(input).Channels != size.Channels)
            || Array.Find(inputs, input => SizeOf(input) == size) is not { } map || Array.Find(inputs, input => input != map) is not { } factors
            || SizeOf(factors) is not { Height: 1, Width: 1 })
            throw new NotSupportedException($"{operation.Node.Name} multiplies maps");
        if (size.Height * size.Width >= FewPositions && operation.Output != _program.Output && BorderOf(map) == 0
            && UsersOf(operation.Output) is [var user] && IsDense(user) && !IsExpansion(user) && GeometryOf(user.Node.Description!).IsPointwise
            && (user.Addend is null || _program.Value(user.Addend) != operation.Output) && BorderOf(user.Output) == 0)
        {
            _products.Add(operation.Output, (map, factors));
            return;
        }
        _steps.Add(new DirectScale(_vectors, Value(map), Value(factors), NewValue(operation.Output)));
    }

    private (PackedWeights Weights, Geometry Geometry) Product(FusedOperation operation, int pixel)
    {
        var geometry = operation.Node.Kind == LayerKinds.Conv2d ? GeometryOf(operation.Node.Description!) : new(1, 1, 0);
        if (geometry.Kernel != 1 && operation.Node.Description!.Weight(WeightRoles.Weight)!.shape[1..].Aggregate(1L, (a, b) => a * b) > LargestWindow)
            throw new NotSupportedException($"the windows of {operation.Node.Name} are large: libtorch computes them in less time");
        var numbers = Windows.Flatten(FoldedWeights.Weight(operation).cpu(), pixel);
        return (new(numbers, FoldedWeights.Bias(operation)?.cpu(), _vectors.Width), geometry);
    }

    // Whether a convolution's output is a depthwise one's input and nothing else.
    private bool IsExpansion(FusedOperation operation) => IsDense(operation) && operation.Addend is null && operation.Output != _program.Output
        && UsersOf(operation.Output) is [var user] && IsDepthwise(user) && user.Addend is null;

    // How far the operations that take a value read beyond its edges.
    private int BorderOf(GraphNode value)
    {
        var border = 0;
        foreach (var user in UsersOf(value))
        {
            if (user.Node.Kind != LayerKinds.Conv2d || _program.Value(user.Node.Inputs[0]) != value)
                continue;
            if (IsDepthwise(user) && _makers.TryGetValue(value, out var maker) && IsExpansion(maker))
                continue;
            var padding = user.Node.Description!.Get<Size2d>(LayerAttributes.Padding);
            border = Math.Max(border, Math.Max(padding.Height, padding.Width));
        }
        return border;
    }

    private static DirectValue WithoutBorder(DirectValue value, GraphNode node) =>
        value.Border == 0 ? value : throw new NotSupportedException($"{node.Name} is taken by a convolution and a mean");

    private DirectValue Value(GraphNode node)
    {
        node = _program.Value(node);
        if (_values.TryGetValue(node, out var value))
            return value;
        if (!_channels.TryGetValue(node, out var channels))
            throw new NotSupportedException($"the value of {node.Name} is not there");
        value = NewValue(node);
        _steps.Add(new DirectChannels(channels, value));
        return value;
    }

    // Where each channel of a concatenation, a slice or a shuffle comes from, through any number of them.
    private ChannelSource[] ChannelsOf(FusedOperation operation)
    {
        var layer = operation.Node.Description!;
        if (operation.Node.Kind != LayerKinds.ChannelShuffle && layer.Get<int>(LayerAttributes.Dimension) != 1)
            throw new NotSupportedException($"{operation.Node.Name} is not of channels");
        ChannelSource[] all = [.. operation.Node.Inputs.SelectMany(SourcesOf)];
        switch (operation.Node.Kind)
        {
            case LayerKinds.Slice:
                return all[layer.Get<int>(LayerAttributes.Start)..][..layer.Get<int>(LayerAttributes.Length)];
            case LayerKinds.ChannelShuffle:
                var groups = layer.Get<int>(LayerAttributes.Groups);
                return [.. Enumerable.Range(0, all.Length).Select(channel => all[channel % groups * (all.Length / groups) + channel / groups])];
            default:
                return all;
        }
    }

    private IEnumerable<ChannelSource> SourcesOf(GraphNode node)
    {
        if (_channels.TryGetValue(_program.Value(node), out var channels))
            return channels;
        var value = Value(node);
        return Enumerable.Range(0, value.Channels).Select(channel => new ChannelSource(value, channel));
    }

    // The place of a product's output in the concatenation that alone takes it, where its inputs are all products and fill whole vectors.
    private DirectValue? PartFor(FusedOperation operation)
    {
        if (UsersOf(operation.Output) is not [{ Node.Kind: LayerKinds.Concatenate, Activation: null } user] || operation.Output == _program.Output)
            return null;
        var inputs = user.Node.Inputs.Select(_program.Value).ToArray();
        if (user.Node.Description!.Get<int>(LayerAttributes.Dimension) != 1 || inputs.Distinct().Count() < inputs.Length || !inputs.All(IsPart))
            return null;
        if (!_wholes.TryGetValue(user, out var whole))
        {
            var size = SizeOf(user.Node);
            _wholes[user] = whole = new(size.Height, size.Width, size.Channels, _vectors.Padded(size.Channels)) { Border = BorderOf(user.Output) };
        }
        var first = inputs.TakeWhile(input => input != operation.Output).Sum(input => SizeOf(input).Channels);
        return _values[operation.Output] = whole.Part(first, SizeOf(operation.Output).Channels);

        bool IsPart(GraphNode node) => _makers.TryGetValue(node, out var maker) && IsDense(maker) && maker.Addend is null
            && Finish.Of(maker.Activation).Curve is null && UsersOf(node).Count == 1 && SizeOf(node).Channels % _vectors.Width == 0;
    }

    private DirectValue NewValue(GraphNode node)
    {
        var size = SizeOf(node);
        return _values[node] = new(size.Height, size.Width, size.Channels, _vectors.Padded(size.Channels)) { Border = BorderOf(node) };
    }

    private IEnumerable<GraphNode> InputsOf(FusedOperation operation)
    {
        var inputs = operation.Node.Inputs.Select(_program.Value);
        return operation.Addend is null ? inputs : inputs.Append(_program.Value(operation.Addend));
    }

    private List<FusedOperation> UsersOf(GraphNode value) => _users.TryGetValue(value, out var users) ? users : _users[value] = [];
}
