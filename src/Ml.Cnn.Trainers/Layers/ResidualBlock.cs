using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A residual block for a network of your own: y = ReLU(F(x) + x) (He et al. 2015, equation 1).</summary>
/// <remarks>Its state lies under <c>branch</c> and, where there is one, <c>shortcut</c>.</remarks>
public sealed class ResidualBlock : Module<Tensor, Tensor>
{
    private readonly Module<Tensor, Tensor> branch;
    private readonly Module<Tensor, Tensor>? shortcut;
    private readonly Add add;
    private readonly ReLU relu;

    /// <summary>Creates the block.</summary>
    /// <param name="branch">F: any module that keeps its input as it is. It ends without an activation, which follows the sum.</param>
    /// <param name="shortcut">
    /// Brings x to the shape of F(x) where the branch changes it, usually a 1 × 1 convolution of the branch's stride and batch
    /// normalization (equation 2). Default: x itself.
    /// </param>
    public ResidualBlock(Module<Tensor, Tensor> branch, Module<Tensor, Tensor>? shortcut = null) : base(nameof(ResidualBlock))
    {
        ArgumentNullException.ThrowIfNull(branch);
        this.branch = branch;
        this.shortcut = shortcut;
        add = new Add();
        relu = new ReLU(inPlace: true);
        RegisterComponents();
    }

    /// <summary>Applies the block.</summary>
    public override Tensor forward(Tensor input)
    {
        using var residual = branch.call(input);
        using var identity = shortcut?.call(input);
        return add.call([residual, identity ?? input]).Then(relu);
    }
}
