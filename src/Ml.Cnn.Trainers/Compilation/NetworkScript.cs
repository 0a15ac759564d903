using System.Globalization;
using System.Text;
using Ml.Cnn.Trainers.Graph;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network as TorchScript: a method "forward" from images to the output in float32, and methods that reorder weights.</summary>
internal sealed class NetworkScript
{
    private readonly StringBuilder _forward = new();
    private readonly StringBuilder _reorderings = new();
    private readonly List<ScriptWeight> _weights = [];
    private readonly Dictionary<GraphNode, string> _values = [];
    private readonly FusedProgram _program;
    private int _lines;

    /// <summary>Writes a program's script.</summary>
    /// <param name="program">The operations.</param>
    /// <param name="target">What they run on.</param>
    /// <param name="output">What is made of the program's output.</param>
    /// <exception cref="NotSupportedException">A layer's kind is not known here; the message names it.</exception>
    public NetworkScript(FusedProgram program, ScriptTarget target, CopyOutput output)
    {
        (_program, Target) = (program, target);
        _forward.Append(CultureInfo.InvariantCulture, $"  def forward(self: __torch__.{ScriptArchive.ClassName},\n    images: Tensor) -> Tensor:\n");
        var source = program.Source.Shape.Count == 4
            ? Assign("images", $"torch.contiguous(torch.to(images, {Code(target.Type)}), memory_format=2)") // channels last
            : Assign("images", $"torch.to(images, {Code(target.Type)})");
        _values.Add(program.Source, source);
        foreach (var operation in program.Operations)
            _values.Add(operation.Output, Assign(operation));
        var result = Assign("output", $"torch.to({_values[program.Output]}, {Code(ScalarType.Float32)})");
        result = Assign("result", output switch
        {
            CopyOutput.Probabilities => $"torch.softmax({result}, 1)",
            CopyOutput.ChannelMeans => $"torch.mean({result}, [2, 3])",
            _ => $"torch.flatten({result}, 1)",
        });
        _forward.Append("    return ").Append(result).Append('\n');
    }

    /// <summary>What the script runs on.</summary>
    public ScriptTarget Target { get; }

    /// <summary>The methods.</summary>
    public string Methods => _forward.ToString() + _reorderings;

    /// <summary>The tensors that the methods take from the object.</summary>
    public IReadOnlyList<ScriptWeight> Weights => _weights;

    /// <summary>The value of an operation's first input.</summary>
    public string Input(FusedOperation operation) => Value(operation.Node.Inputs[0]);

    /// <summary>The values of an operation's inputs.</summary>
    public IEnumerable<string> Inputs(FusedOperation operation) => operation.Node.Inputs.Select(Value);

    /// <summary>The value of a node's output.</summary>
    public string Value(GraphNode node) => _values[_program.Value(node)];

    /// <summary>Whether an operation may overwrite its addend.</summary>
    public bool MayOverwriteAddend(FusedOperation operation) => _program.MayOverwrite(operation, _program.Value(operation.Addend!));

    /// <summary>A further statement before the operation's own; gives the value's name.</summary>
    public string Assign(string name, string expression)
    {
        name = FormattableString.Invariant($"{name}_{_lines++}");
        _forward.Append("    ").Append(name).Append(" = ").Append(expression).Append('\n');
        return name;
    }

    /// <summary>A tensor that the script takes; gives the expression that names it.</summary>
    /// <param name="make">Makes it.</param>
    /// <param name="reordering">The expression that reorders "weight"; null: it stays as it is.</param>
    public string Weight(Func<Tensor> make, string? reordering = null)
    {
        var name = FormattableString.Invariant($"w{_weights.Count}");
        var method = reordering is null ? null : $"reorder_{name}";
        if (method is not null)
            _reorderings.Append(CultureInfo.InvariantCulture,
                $"  def {method}(self: __torch__.{ScriptArchive.ClassName},\n    weight: Tensor) -> Tensor:\n    return {reordering}\n");
        _weights.Add(new(name, make, method));
        return $"self.{name}";
    }

    private string Assign(FusedOperation operation)
    {
        if (ScriptProducts.Contains(operation.Node.Kind))
            return Assign("value", ScriptProducts.Call(this, operation));
        var value = Assign("value", ScriptOperations.Call(this, operation));
        if (operation.Activation is null)
            return value;
        // What an activation follows is not taken by anything else.
        return Assign("value", ScriptActivations.Call(operation.Activation.Description!, value, overwrites: !FusedProgram.IsView(operation.Node.Kind)));
    }

    /// <summary>libtorch's number of a type.</summary>
    public static int Code(ScalarType type) => (int)type;
}
