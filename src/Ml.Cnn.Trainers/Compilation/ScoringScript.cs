using System.Text;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Compilation;

/// <summary>The script of a copy that computes scores: weights with the normalization folded in, and methods that reorder them once they are loaded.</summary>
/// <remarks>
/// The object's tensors are one placeholder, a single 0: the real ones are set once it is loaded, which spares a copy of a network's weights.
/// </remarks>
internal sealed class ScoringScript : NetworkScript
{
    private readonly StringBuilder _reorderings = new();
    private readonly List<ScriptWeight> _weights = [];
    private readonly string _forward;

    /// <summary>Writes a program's script.</summary>
    /// <param name="program">The operations.</param>
    /// <param name="target">What they run on.</param>
    /// <param name="output">What is made of the program's output.</param>
    /// <exception cref="NotSupportedException">A layer's kind is not known here; the message names it.</exception>
    public ScoringScript(FusedProgram program, ScriptTarget target, CopyOutput output) : base(program, target)
    {
        var images = To("images", target.Type);
        var source = Assign("images", target.ChannelsLast && program.Source.Shape.Count == 4 ? $"torch.contiguous({images}, memory_format=2)" : images);
        var result = Assign("output", To(Run(source), ScalarType.Float32));
        _forward = Forward(Assign("result", output switch
        {
            CopyOutput.Probabilities => $"torch.softmax({result}, 1)",
            CopyOutput.ChannelMeans => $"torch.mean({result}, [2, 3])",
            _ => $"torch.flatten({result}, 1)",
        }));
    }

    /// <summary>The tensors that the methods take from the object.</summary>
    public IReadOnlyList<ScriptWeight> Weights => _weights;

    /// <summary>The archive that libtorch loads, without the weights.</summary>
    public byte[] ToArchive()
    {
        using var placeholder = zeros(1);
        var network = new ScriptObject(ScriptArchive.ClassName) { Methods = _forward + _reorderings };
        network.Tensors.AddRange(_weights.Select(weight => new ScriptTensor(weight.Name, placeholder, IsParameter: false)));
        return ScriptArchive.Write(network);
    }

    public override string Factors(FusedOperation operation, Func<string, string>? reordering = null) => Add(() =>
    {
        var factors = FoldedWeights.Weight(operation).to(Target.Type);
        return factors.dim() == 4 ? factors.ChannelsLast() : factors;
    }, reordering);

    public override string Bias(FusedOperation operation) =>
        FoldedWeights.HasBias(operation) ? Add(() => FoldedWeights.Bias(operation)!.to(Target.Type)) : "None";

    public override string Weight(FusedOperation operation, string role, ScalarType type, Func<string, string>? derived = null) =>
        Add(() => operation.Node.Description!.Weight(role)!.detach().to(derived is null ? type : float32, copy: true),
            derived is null ? null : weight => To(derived(weight), type));

    private string Add(Func<Tensor> make, Func<string, string>? reordering = null)
    {
        var name = FormattableString.Invariant($"w{_weights.Count}");
        var method = reordering is null ? null : $"reorder_{name}";
        if (method is not null)
            _reorderings.Append(Method(method, "weight", $"    return {reordering!("weight")}\n"));
        _weights.Add(new(name, make, method));
        return $"self.{name}";
    }
}
