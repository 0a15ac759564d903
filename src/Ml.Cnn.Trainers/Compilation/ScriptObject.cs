using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>A tensor of a <see cref="ScriptObject"/>.</summary>
/// <param name="Name">Its name in the object.</param>
/// <param name="Tensor">Its value; written in row-major order.</param>
/// <param name="IsParameter">Whether it is a parameter rather than a buffer.</param>
internal sealed record ScriptTensor(string Name, Tensor Tensor, bool IsParameter);

/// <summary>An object of a TorchScript archive, a module: its tensors, the modules in it, and the methods of its class.</summary>
/// <param name="className">The class's name: a letter, then letters, digits and underscores. Another follows where two classes share it.</param>
internal sealed class ScriptObject(string className)
{
    public string ClassName => className;

    public List<ScriptTensor> Tensors { get; } = [];

    public List<(string Name, ScriptObject Object)> Objects { get; } = [];

    /// <summary>The methods, indented by two spaces.</summary>
    public string Methods { get; set; } = "";
}
