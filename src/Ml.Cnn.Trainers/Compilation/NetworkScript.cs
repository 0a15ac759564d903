using System.Globalization;
using System.Text;
using Ml.Cnn.Trainers.Graph;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A network as TorchScript: a method "forward" of an operation after the other. Where their weights come from says who derives from this.</summary>
internal abstract class NetworkScript
{
    private readonly StringBuilder _statements = new();
    private readonly Dictionary<GraphNode, string> _values = [];
    private readonly FusedProgram _program;
    private int _lines;

    /// <param name="program">The operations.</param>
    /// <param name="target">What they run on.</param>
    protected NetworkScript(FusedProgram program, ScriptTarget target) => (_program, Target) = (program, target);

    /// <summary>What the script runs on.</summary>
    public ScriptTarget Target { get; }

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
        _statements.Append("    ").Append(name).Append(" = ").Append(expression).Append('\n');
        return name;
    }

    /// <summary>The expression of the filters of a convolution, or of the matrix of a linear layer.</summary>
    /// <param name="operation">The convolution or linear layer.</param>
    /// <param name="reordering">Makes the expression of another order of theirs; null: they stay in their own.</param>
    public abstract string Factors(FusedOperation operation, Func<string, string>? reordering = null);

    /// <summary>The expression of what a convolution or linear layer adds, or "None".</summary>
    public abstract string Bias(FusedOperation operation);

    /// <summary>The expression of a weight of any layer.</summary>
    /// <param name="operation">The layer.</param>
    /// <param name="role">The part that the weight plays.</param>
    /// <param name="type">The type in which the operation takes it.</param>
    /// <param name="derived">Makes the expression of what the operation takes, of the weight in float32; null: the weight itself.</param>
    public abstract string Weight(FusedOperation operation, string role, ScalarType type, Func<string, string>? derived = null);

    /// <summary>libtorch's number of a type.</summary>
    public static int Code(ScalarType type) => (int)type;

    /// <summary>"torch.to(x, 6)": a value in another type.</summary>
    public static string To(string value, ScalarType type) => $"torch.to({value}, {Code(type)})";

    /// <summary>The statements of all operations.</summary>
    /// <param name="images">The value that the program starts from.</param>
    /// <returns>The value of the program's output.</returns>
    /// <exception cref="NotSupportedException">A layer's kind is not known here; the message names it.</exception>
    protected string Run(string images)
    {
        _values.Add(_program.Source, images);
        foreach (var operation in _program.Operations)
            _values.Add(operation.Output, Assign(operation));
        return _values[_program.Output];
    }

    /// <summary>The method "forward" of all statements.</summary>
    /// <param name="result">The value that it returns.</param>
    protected string Forward(string result) => Method("forward", "images", $"{_statements}    return {result}\n");

    /// <summary>A method from one tensor to another.</summary>
    protected static string Method(string name, string argument, string statements) => string.Create(CultureInfo.InvariantCulture,
        $"  def {name}(self: __torch__.{ScriptArchive.ClassName},\n    {argument}: Tensor) -> Tensor:\n{statements}");

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
}
