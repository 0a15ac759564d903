using System.Globalization;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>
/// A dense block for a network of your own: every branch sees the block's input and the outputs of all branches before it, side by side
/// (Huang et al. 2017, "Densely connected convolutional networks", equation 2). N × C × H × W to N × (C + the branches' channels) × H × W.
/// </summary>
/// <remarks>Its state lies under <c>branch1</c>, <c>branch2</c>, ….</remarks>
public sealed class DenseBlock : Module<Tensor, Tensor>
{
    private readonly List<Module<Tensor, Tensor>> _branches = [];
    private readonly Concatenate concat;

    /// <summary>Creates the block.</summary>
    /// <param name="branches">
    /// The paper's H₁, H₂, …, at least one; each takes C channels and those of all branches before it, and keeps height, width and its
    /// input as they are.
    /// </param>
    /// <exception cref="ArgumentException">There are no branches.</exception>
    public DenseBlock(params IEnumerable<Module<Tensor, Tensor>> branches) : base(nameof(DenseBlock))
    {
        ArgumentNullException.ThrowIfNull(branches);
        foreach (var branch in branches)
        {
            _branches.Add(branch);
            register_module($"branch{_branches.Count.ToString(CultureInfo.InvariantCulture)}", branch);
        }
        if (_branches.Count == 0)
            throw new ArgumentException("A dense block needs a branch.", nameof(branches));
        concat = new Concatenate();
        register_module(nameof(concat), concat);
    }

    /// <summary>Applies the block.</summary>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var seen = input;
        foreach (var branch in _branches)
            seen = concat.call([seen, branch.call(seen)]);
        return seen.MoveToOuterDisposeScope();
    }
}
