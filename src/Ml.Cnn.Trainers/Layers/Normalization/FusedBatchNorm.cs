using System.Runtime.InteropServices;
using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>
/// Batch normalization by the batch's own statistics and the bounds of the activation behind it, in one: eight times over memory where libtorch's operations,
/// one after the other, go some fourteen times.
/// </summary>
internal sealed class FusedBatchNorm : autograd.SingleTensorFunction<FusedBatchNorm>
{
    private const string State = "state";
    private const long FewNumbers = 1 << 17; // with fewer, libtorch has done the work before TorchSharp has called back

    // TorchSharp hands on the gradient after backward has returned it, and keeps it to the end of the step: a gradient of each layer.
    [ThreadStatic]
    private static Tensor? s_returned;

    public override string Name => nameof(FusedBatchNorm);

    /// <summary>Whether the kernels can take the input, and are faster than libtorch's.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">N × C × H × W.</param>
    public static bool Suits(BatchNorm2d layer, Tensor input) => input.device_type == DeviceType.CPU && BatchNormKernels.For(input.dtype, layer.Channels) is not null
        && input.dim() == 4 && input.numel() >= FewNumbers && input.size(1) == layer.Channels && input.IsChannelsLast()
        && layer.Weight.dtype == ScalarType.Float32 && layer.RunningMean.dtype == ScalarType.Float32
        && LibtorchTeam.IsAvailable;

    /// <summary>Normalizes by the batch's statistics, which the running ones follow.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">N × C × H × W that suits.</param>
    /// <param name="bounds">On the result.</param>
    public static Tensor Of(BatchNorm2d layer, Tensor input, Bounds bounds)
    {
        using var scope = NewDisposeScope(); // TorchSharp makes a second tensor of the output's size, and would keep it to the end of the step
        var state = new BatchNormPass(BatchNormKernels.For(input.dtype, layer.Channels)!,
            new(input.size(0) * input.size(2) * input.size(3), layer.Channels), bounds);
        var isDifferentiated = is_grad_enabled() && (input.requires_grad || layer.Weight.requires_grad || layer.Bias.requires_grad);
        var output = isDifferentiated ? apply(input, layer.Weight, layer.Bias, layer, state) : Forward(input, layer, state);
        return output.MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, layer, state) = ((Tensor)vars[0], (BatchNorm2d)vars[3], (BatchNormPass)vars[4]);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward([input]);
        ctx.save_data(State, state);
        return Forward(input, layer, state);
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        s_returned?.Dispose();
        s_returned = null;
        using var scope = NewDisposeScope();
        var input = ctx.get_saved_variables()[0];
        var gradient = grad_output.IsChannelsLast() ? grad_output : grad_output.ChannelsLast();
        var state = (BatchNormPass)ctx.get_data(State);
        var channels = input.size(1);
        Tensor weight = empty(channels), bias = empty(channels);
        var result = input.requires_grad ? empty_like(input, requires_grad: false) : null;
        state.Backward(input.Address(), gradient.Address(), result?.Address() ?? 0, Numbers(weight), Numbers(bias));
        grad_output.Dispose();
        s_returned = result?.MoveToOuterDisposeScope();
        return [result!, weight.MoveToOuterDisposeScope(), bias.MoveToOuterDisposeScope(), null!, null!];
    }

    private static Tensor Forward(Tensor input, BatchNorm2d layer, BatchNormPass state)
    {
        var output = empty_like(input, requires_grad: false);
        var x = input.Address();
        state.Measure(x);
        state.Follow(Numbers(layer.RunningMean), Numbers(layer.RunningVariance), layer.Momentum);
        state.Normalize(x, output.Address(), Numbers(layer.Weight), Numbers(layer.Bias), layer.Epsilon);
        GC.KeepAlive(input); // its memory
        return output;
    }

    private static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
