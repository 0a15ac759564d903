using TorchSharp;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>
/// Whether libtorch's convolutions are right on this processor: a few small ones in float32 are compared with the same in float64, which takes another
/// way through libtorch.
/// </summary>
/// <remarks>
/// Measured once per process, since nothing else tells. <see cref="OneDnn"/> keeps away from the one fault that is known; this check is for a user who
/// has set oneDNN's limit, and for other processors.
/// </remarks>
internal static class ConvolutionCheck
{
    private const double Tolerance = 1e-3; // of values of about 1; float32 is within 1e-6

    private static readonly Lazy<bool> s_isRight = new(Measure);

    /// <summary>What to tell the user where <see cref="IsRight"/> is false.</summary>
    public const string Warning = "libtorch computes wrong convolutions on this processor (found by comparing small ones with float64): scores and "
        + "training may be wrong. Start the process with the environment variable " + OneDnn.Variable + "=SSE41, which is slower, or use another machine "
        + "or another version of libtorch.";

    public static bool IsRight => s_isRight.Value;

    private static bool Measure()
    {
        using var scope = NewDisposeScope();
        return Agrees(20, 20, 9, 3, channelsLast: false) && Agrees(16, 8, 9, 3, channelsLast: false) && Agrees(24, 40, 9, 1, channelsLast: true)
            && Agrees(17, 33, 13, 3, channelsLast: false);
    }

    // Output and input gradient of one convolution.
    private static bool Agrees(int channels, int filters, int side, int kernel, bool channelsLast)
    {
        var images = Wave(8, channels, side, side);
        var weights = Wave(filters, channels, kernel, kernel);
        var (output, gradient) = Compute(Layout(images), Layout(weights));
        var (expected, expectedGradient) = Compute(images.to(float64), weights.to(float64));
        return Difference(output, expected) < Tolerance && Difference(gradient, expectedGradient) < Tolerance;

        Tensor Layout(Tensor tensor) => channelsLast ? tensor.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : tensor;

        (Tensor Output, Tensor Gradient) Compute(Tensor input, Tensor filter)
        {
            using var mode = enable_grad();
            var leaf = input.detach().requires_grad_();
            var result = functional.conv2d(leaf, filter, padding: [kernel / 2, kernel / 2]);
            return (result.detach(), autograd.grad([result.square().mean()], [leaf])[0]);
        }

        static double Difference(Tensor actual, Tensor exact) => ((actual.to(float64) - exact).norm() / exact.norm()).ToDouble();
    }

    // Numbers without a pattern that need no random state.
    private static Tensor Wave(params long[] shape) => arange(shape.Aggregate(1L, (a, b) => a * b), float32).mul(1.7f).sin().reshape(shape);
}
