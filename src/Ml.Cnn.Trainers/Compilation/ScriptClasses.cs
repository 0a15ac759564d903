using System.Text;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The classes of the objects of a TorchScript archive: one for all objects that have the same names and methods.</summary>
internal sealed class ScriptClasses
{
    private readonly Dictionary<ScriptObject, string> _names = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<string, string> _nameOf = []; // by what follows a class's first line
    private readonly HashSet<string> _taken = [];
    private readonly StringBuilder _code = new();

    /// <param name="root">The object whose methods others call. Its class has the name that it asks for.</param>
    public ScriptClasses(ScriptObject root)
    {
        _taken.Add(root.ClassName);
        foreach (var (_, inner) in root.Objects)
            Add(inner);
        Define(root, root.ClassName, Body(root));
    }

    /// <summary>The classes in TorchScript.</summary>
    public string Code => _code.ToString();

    /// <summary>The name of an object's class.</summary>
    public string this[ScriptObject instance] => _names[instance];

    private void Add(ScriptObject instance)
    {
        foreach (var (_, inner) in instance.Objects)
            Add(inner);
        var body = Body(instance);
        if (_nameOf.TryGetValue(instance.ClassName + body, out var known))
            _names.Add(instance, known);
        else
            Define(instance, _nameOf[instance.ClassName + body] = Unique(instance.ClassName), body);
    }

    private void Define(ScriptObject instance, string name, string body)
    {
        _names.Add(instance, name);
        _code.Append("class ").Append(name).Append("(Module):\n").Append(body);
    }

    private string Unique(string name)
    {
        var unique = name;
        for (var again = 1; !_taken.Add(unique); again++)
            unique = FormattableString.Invariant($"{name}_{again}");
        return unique;
    }

    private string Body(ScriptObject instance)
    {
        var body = new StringBuilder();
        body.Append("  __parameters__ = [").Append(Names(instance, ofParameters: true)).Append("]\n");
        body.Append("  __buffers__ = [").Append(Names(instance, ofParameters: false)).Append("]\n");
        body.Append("  training : bool\n");
        var attributes = instance.Tensors.Select(tensor => (tensor.Name, Type: "Tensor"))
            .Concat(instance.Objects.Select(inner => (inner.Name, Type: $"__torch__.{_names[inner.Object]}"))).ToArray();
        if (!attributes.All(attribute => ScriptText.IsIdentifier(attribute.Name)))
            body.Append("  __annotations__ = []\n");
        foreach (var (name, type) in attributes)
        {
            body.Append("  ").Append(ScriptText.IsIdentifier(name) ? $"{name} : {type}" : $"__annotations__[{ScriptText.Quoted(name)}] = {type}")
                .Append('\n');
        }
        return body.Append(instance.Methods).ToString();
    }

    private static string Names(ScriptObject instance, bool ofParameters) =>
        string.Concat(instance.Tensors.Where(tensor => tensor.IsParameter == ofParameters).Select(tensor => $"{ScriptText.Quoted(tensor.Name)}, "));
}
