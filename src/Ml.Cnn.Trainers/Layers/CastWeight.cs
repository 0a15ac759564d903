using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>A weight in the type of a layer's operands. Its gradient is cast back straight into its <see cref="GradientBuffer"/>.</summary>
/// <remarks>ResNet-18 at 64×64, batch 32, spent a fourteenth of a training step on what this leaves out: gradients of zeros, and adding to them.</remarks>
internal sealed class CastWeight : autograd.SingleTensorFunction<CastWeight>
{
    private const string Buffer = "buffer";

    public override string Name => nameof(CastWeight);

    /// <summary>The cast.</summary>
    /// <param name="weight">In its own type.</param>
    /// <param name="type">Another.</param>
    public static Tensor Of(Parameter weight, ScalarType type) =>
        weight.requires_grad && is_grad_enabled() && GradientBuffer.Of(weight) is { } buffer ? apply(weight, type, buffer) : weight.to(type);

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        ctx.save_data(Buffer, vars[2]);
        return ((Tensor)vars[0]).to((ScalarType)vars[1]);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        ((GradientBuffer)ctx.get_data(Buffer)).Add(grad_output);
        grad_output.Dispose(); // kept to the end of the step, such blocks would leave holes between longer-lived ones
        return [null!, null!, null!];
    }
}
