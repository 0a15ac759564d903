using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Execution;

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

    private static bool Measure() => Agrees(20, 20, 9, 3, channelsLast: false) && Agrees(16, 8, 9, 3, channelsLast: false)
        && Agrees(24, 40, 9, 1, channelsLast: true) && Agrees(17, 33, 13, 3, channelsLast: false);

    private static bool Agrees(int channels, int filters, int side, int kernel, bool channelsLast) =>
        Differences(channels, filters, side, kernel, groups: 1, channelsLast).All(difference => difference.Relative < Tolerance);

    /// <summary>How far a convolution in float32 is from the same in float64, as shares of the norm.</summary>
    /// <param name="channels">Of the 8 images.</param>
    /// <param name="filters">Channels of the output.</param>
    /// <param name="side">Height and width of the images.</param>
    /// <param name="kernel">Height and width of a filter, an odd number; half of it is padded.</param>
    /// <param name="groups">A divisor of the channels and the filters.</param>
    /// <param name="channelsLast">How images and filters lie in memory.</param>
    /// <returns>For the output, and for the gradients of the images and of the weights.</returns>
    internal static IReadOnlyList<(string What, double Relative)> Differences(
        int channels, int filters, int side, int kernel, int groups, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var images = Wave(8, channels, side, side);
        var weights = Wave(filters, channels / groups, kernel, kernel);
        var computed = Convolve(Layout(images), Layout(weights));
        var exact = Convolve(images.to(float64), weights.to(float64));
        string[] names = ["output", "gradient of the images", "gradient of the weights"];
        return [.. names.Select((name, i) => (name, ((computed[i].to(float64) - exact[i]).norm() / exact[i].norm()).Number()))];

        Tensor Layout(Tensor tensor) => channelsLast ? tensor.ChannelsLast() : tensor;

        Tensor[] Convolve(Tensor input, Tensor filter)
        {
            using var mode = enable_grad();
            Tensor[] leaves = [input.detach().requires_grad_(), filter.detach().requires_grad_()];
            var output = functional.conv2d(leaves[0], leaves[1], padding: [kernel / 2, kernel / 2], groups: groups);
            return [output.detach(), .. autograd.grad([output.Squared().mean()], leaves)];
        }
    }

    // Numbers without a pattern that need no random state.
    private static Tensor Wave(params long[] shape)
    {
        var numbers = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < numbers.Length; i++)
            numbers[i] = MathF.Sin(1.7f * i);
        return tensor(numbers).reshape(shape);
    }
}
