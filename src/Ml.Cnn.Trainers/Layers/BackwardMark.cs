using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Hands a tensor on as it is, and tells when backward has come through it: what lies behind it in a network then has its gradients.</summary>
internal sealed class BackwardMark : autograd.SingleTensorFunction<BackwardMark>
{
    private const string Passed = "passed";

    public override string Name => nameof(BackwardMark);

    /// <summary>The tensor.</summary>
    /// <param name="tensor">Any.</param>
    /// <param name="passed">Called on the thread that goes back; nothing may be thrown, since libtorch calls.</param>
    public static Tensor Of(Tensor tensor, Action passed) => apply(tensor, passed);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(Passed, vars[1]);
        return ((Tensor)vars[0]).alias();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ((Action)ctx.get_data(Passed))();
        return [grad_output.alias(), null!];
    }
}
