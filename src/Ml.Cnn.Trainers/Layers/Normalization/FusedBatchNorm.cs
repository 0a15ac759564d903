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
    private const string Layer = "layer";
    private const string State = "state";

    // With fewer numbers, libtorch has done the work before TorchSharp has called back: docs/performance.md has the table.
    private const long EnoughFloat32 = (1 << 18) + 1;
    private const long EnoughBFloat16 = 1 << 17;

    // TorchSharp hands gradients on after backward has returned them, and would keep them to the end of the step: the next layer lets go of them.
    [ThreadStatic]
    private static Tensor[]? s_returned;

    public override string Name => nameof(FusedBatchNorm);

    /// <summary>Whether the kernels can take the input, and are faster than libtorch's.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">N × C × H × W.</param>
    public static bool Suits(BatchNorm2d layer, Tensor input) => LibtorchTeam.IsAvailable && input.device_type == DeviceType.CPU && input.dim() == 4
        && input.numel() >= (input.dtype == ScalarType.Float32 ? EnoughFloat32 : EnoughBFloat16)
        && input.size(1) == layer.Channels && BatchNormKernels.For(input.dtype, layer.Channels) is not null && input.IsChannelsLast()
        && layer.Weight.dtype == ScalarType.Float32 && layer.RunningMean.dtype == ScalarType.Float32;

    /// <summary>Normalizes by the batch's statistics, which the running ones follow.</summary>
    /// <param name="layer">The layer.</param>
    /// <param name="input">N × C × H × W that suits.</param>
    /// <param name="bounds">On the result.</param>
    /// <param name="addend">What is added before the result is bounded, of the input's shape; null: nothing.</param>
    public static Tensor Of(BatchNorm2d layer, Tensor input, Bounds bounds, Tensor? addend = null)
    {
        using var scope = NewDisposeScope(); // TorchSharp makes a second tensor of the output's size, and would keep it to the end of the step
        var state = new BatchNormPass(BatchNormKernels.For(input.dtype, layer.Channels)!,
            new(input.size(0) * input.size(2) * input.size(3), layer.Channels), bounds);
        if (addend is not null)
        {
            addend = addend.to(input.dtype);
            addend = addend.IsChannelsLast() ? addend : addend.ChannelsLast();
        }
        var isDifferentiated = is_grad_enabled()
            && (input.requires_grad || layer.Weight.requires_grad || layer.Bias.requires_grad || addend is { requires_grad: true });
        var output = isDifferentiated
            ? apply(input, layer.Weight, layer.Bias, layer, state, addend!)
            : Forward(input, layer, state, addend);
        return output.MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, layer, state, addend) = ((Tensor)vars[0], (BatchNorm2d)vars[3], (BatchNormPass)vars[4], (Tensor?)vars[5]);
        var output = Forward(input, layer, state, addend);
        ctx.set_materialize_grads(false);
        ctx.save_for_backward(addend is null ? [input] : [input, output]); // what follows a block keeps its output, too
        ctx.save_data(State, state);
        ctx.save_data(Layer, layer);
        return output;
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        foreach (var returned in s_returned ?? [])
            returned.Dispose();
        s_returned = [];
        using var scope = NewDisposeScope();
        var saved = ctx.get_saved_variables();
        var (input, output) = (saved[0], saved.ElementAtOrDefault(1));
        var gradient = grad_output.IsChannelsLast() ? grad_output : grad_output.ChannelsLast();
        var state = (BatchNormPass)ctx.get_data(State);
        var channels = input.size(1);
        Tensor weight = empty(channels), bias = empty(channels);
        var byInput = input.requires_grad ? empty_like(input, requires_grad: false) : null;
        var byAddend = output is null ? null : empty_like(input, requires_grad: false);
        state.Backward(input.Address(), gradient.Address(), output?.Address() ?? 0, byAddend?.Address() ?? 0, byInput?.Address() ?? 0, Numbers(weight),
            Numbers(bias));
        GC.KeepAlive(saved); // their memory
        grad_output.Dispose();
        if (GradientBuffer.Of(((BatchNorm2d)ctx.get_data(Layer)).Weight) is not null)
            ctx.Dispose(); // the library's own training goes back once: the memory is needed sooner than TorchSharp would give it back
        foreach (var result in (Tensor?[])[weight, bias, byInput, byAddend])
            result?.MoveToOuterDisposeScope();
        s_returned = [.. new[] { byInput, byAddend }.OfType<Tensor>()];
        return [byInput!, weight, bias, null!, null!, byAddend!];
    }

    private static Tensor Forward(Tensor input, BatchNorm2d layer, BatchNormPass state, Tensor? addend)
    {
        var output = empty_like(input, requires_grad: false);
        var x = input.Address();
        state.Measure(x);
        state.Follow(Numbers(layer.RunningMean), Numbers(layer.RunningVariance), layer.Momentum);
        state.Normalize(x, addend?.Address() ?? 0, output.Address(), Numbers(layer.Weight), Numbers(layer.Bias), layer.Epsilon);
        GC.KeepAlive(input); // its memory
        GC.KeepAlive(addend);
        return output;
    }

    private static Span<float> Numbers(Tensor tensor) => MemoryMarshal.Cast<byte, float>(tensor.bytes);
}
