using Ml.Cnn.OnnxConverter.Format;
using Ml.Cnn.OnnxConverter.Import.Operators;
using Ml.Cnn.Trainers.Graph;
using Ml.Cnn.Trainers.Text;
using static TorchSharp.torch;

namespace Ml.Cnn.OnnxConverter.Import;

/// <summary>Reads a file's nodes one by one: what they do with images becomes steps, what they do with constants and shapes is computed.</summary>
internal sealed class Lowering
{
    private readonly Dictionary<string, ImportValue> _values = [];
    private readonly TensorReader _tensors;

    /// <param name="graph">The file's.</param>
    /// <param name="source">The images, as the network takes them.</param>
    /// <param name="input">The images, as the file's graph takes them.</param>
    /// <param name="batch">How many images the file says that there are; null where it leaves that open.</param>
    /// <param name="tensors">Reads constants.</param>
    /// <param name="budget">What constants may take.</param>
    public Lowering(OnnxGraph graph, ImportStep source, ImportStep input, long? batch, TensorReader tensors, ImportBudget budget)
    {
        (Opset, Batch, Budget, _tensors) = (graph.Opset, batch, budget, tensors);
        Steps.Add(source);
        if (input != source)
            Steps.Add(input);
        foreach (var (name, constant) in graph.Constants)
            _values.Add(name, new UnreadConstant(constant));
        _values.Add(graph.Input.Name, new StepValue(input));
        foreach (var node in graph.Nodes)
            Read(node);
        Output = _values[graph.Output] is StepValue output ? output.Step
            : throw new OnnxFormatException($"its output '{Listing.Shortened(graph.Output)}' does not depend on the images");
    }

    /// <summary>The version of the operators.</summary>
    public int Opset { get; }

    /// <summary>How many images the file says that there are; null where it leaves that open.</summary>
    public long? Batch { get; }

    /// <summary>What constants may take.</summary>
    public ImportBudget Budget { get; }

    /// <summary>The images, and what is done with them, each after what it takes.</summary>
    public List<ImportStep> Steps { get; } = [];

    /// <summary>What the network gives.</summary>
    public ImportStep Output { get; }

    /// <summary>What an input of a node stands for; constants are read for it.</summary>
    public ImportValue Value(OnnxNode node, int position)
    {
        if (!node.HasInput(position))
            throw node.Wrong($"lacks its input {position + 1}");
        var name = node.Inputs[position];
        var value = _values.TryGetValue(name, out var found) ? found
            : throw node.Wrong($"takes '{Listing.Shortened(name)}', a further output of its node that networks for scoring have no use for");
        return value is UnreadConstant unread ? _values[name] = Read(unread.Tensor) : value;
    }

    /// <summary>Constants of a node's own: of its attributes.</summary>
    public ImportValue Read(TensorProto tensor)
    {
        var name = tensor.Name.Length > 0 ? tensor.Name : null;
        if (!TensorReader.IsInteger(tensor))
            return new FloatConstant(name, _tensors.Floats(tensor));
        int[] dimensions = [.. TensorReader.ShapeOf(tensor).Select(length => (int)length)];
        return new IntegerConstant([.. _tensors.Integers(tensor).Select(number => new AxisLength(number, 0))], dimensions);
    }

    /// <summary>What an operation gives, as an input of a node.</summary>
    public ImportStep Step(OnnxNode node, int position) => Value(node, position) is StepValue value ? value.Step
        : throw node.Wrong($"takes constants as its input {position + 1}, which must depend on the images");

    /// <summary>Numbers with a point, as an input of a node.</summary>
    public FloatConstant Floats(OnnxNode node, int position) => Value(node, position) is FloatConstant value ? value
        : throw node.Wrong($"takes no constant numbers as its input {position + 1} ('{Listing.Shortened(node.Inputs[position])}'); weights that depend on the "
            + "images are not read");

    /// <summary>Whole numbers that do not depend on how many images there are, as an input of a node.</summary>
    public long[] Integers(OnnxNode node, int position) => Value(node, position) is IntegerConstant value && value.Known is { } known ? known
        : throw node.Wrong($"takes no constant whole numbers as its input {position + 1} ('{Listing.Shortened(node.Inputs[position])}')");

    /// <summary>Adds a step.</summary>
    /// <param name="node">The node that it comes from.</param>
    /// <param name="kind">A layer's kind, or one of <see cref="ImportKinds"/>.</param>
    /// <param name="input">What it takes.</param>
    /// <param name="attributes">Names and values.</param>
    public ImportStep Add(OnnxNode node, string kind, ImportStep input, params (string Name, object Value)[] attributes) => Add(node, kind, [input],
        attributes);

    /// <inheritdoc cref="Add(OnnxNode, string, ImportStep, ValueTuple{string, object}[])"/>
    public ImportStep Add(OnnxNode node, string kind, IReadOnlyList<ImportStep> inputs, params (string Name, object Value)[] attributes) =>
        Add(new ImportStep(node) { Kind = kind, Inputs = [.. inputs], Attributes = attributes.ToDictionary(pair => pair.Name, pair => pair.Value) });

    /// <summary>Adds a step with weights.</summary>
    public ImportStep AddWeighted(OnnxNode node, string kind, ImportStep input, FloatConstant weight, IEnumerable<(string Role, Tensor? Tensor)> weights,
        params (string Name, object Value)[] attributes)
    {
        return Add(new ImportStep(node)
        {
            Kind = kind,
            Inputs = [input],
            Attributes = attributes.ToDictionary(pair => pair.Name, pair => pair.Value),
            Weights = weights.Where(pair => pair.Tensor is not null).ToDictionary(pair => pair.Role, pair => pair.Tensor!),
            WeightName = weight.Name,
        });
    }

    /// <summary>A number of an attribute as a layer takes it.</summary>
    /// <exception cref="OnnxFormatException">It is below or above what any layer takes.</exception>
    public static int Count(OnnxNode node, long number, string what, int least = 1)
    {
        const int Most = 1 << 16;
        return number >= least && number <= Most ? (int)number : throw node.Wrong($"has {what} {number}, which must be from {least} to {Most}");
    }

    private void Read(OnnxNode node)
    {
        var outputs = OperatorTable.Find(node)(this, node);
        for (var i = 0; i < Math.Min(outputs.Length, node.Outputs.Count); i++)
        {
            if (node.Outputs[i].Length > 0)
                _values.Add(node.Outputs[i], outputs[i]);
        }
    }

    private ImportStep Add(ImportStep step)
    {
        step.Shape = ShapeRules.Of(step, [.. step.Inputs.Select(input => input.Shape)]) ?? throw step.Wrong($"cannot take "
            + string.Join(" and ", step.Inputs.Select(input => "N" + string.Concat(input.Shape.Select(length => FormattableString
                .Invariant($" × {length}"))))));
        Steps.Add(step);
        return step;
    }
}
