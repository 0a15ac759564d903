using Ml.Cnn.Trainers.Collectives;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Layers.Normalization;

/// <summary>Batch normalization by the mean and variance over the images of all processes, as over the one batch that they are (Peng et al. 2018, MegDet, 3.2).</summary>
/// <remarks>
/// Forward, each process hands the others its number of values, mean and squared deviations per channel, which are joined in float64 (Chan et al. 1979); backward,
/// the two sums that the gradient of the input needs. The losses of the processes must be parts of one sum, rather than means of their own.
/// </remarks>
internal sealed class SynchronizedBatchNorm : autograd.SingleTensorFunction<SynchronizedBatchNorm>
{
    private const string State = "state";

    private static readonly long[] s_allButChannels = [0, 2, 3];

    public override string Name => nameof(SynchronizedBatchNorm);

    /// <summary>Normalizes by the statistics of all processes, which the running ones follow.</summary>
    /// <param name="layer">With <see cref="BatchNorm2d.Synchronization"/>.</param>
    /// <param name="input">N × C × H × W.</param>
    public static Tensor Of(BatchNorm2d layer, Tensor input)
    {
        using var scope = NewDisposeScope();
        return apply(input, layer.Weight, layer.Bias, layer).MoveToOuterDisposeScope();
    }

    public override Tensor forward(autograd.AutogradContext ctx, params object[] vars)
    {
        var (input, layer) = ((Tensor)vars[0], (BatchNorm2d)vars[3]);
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var joined = Joined.Of(input, layer.Synchronization!, layer);
        joined.Follow(layer);
        ctx.save_for_backward([input, layer.Weight]);
        ctx.save_data(State, joined);
        var normalized = joined.Normalize(input); // N × C × H × W
        return normalized.mul(Channels(layer.Weight)).Plus(Channels(layer.Bias)).to(input.dtype).MoveToOuterDisposeScope();
    }

    public override List<Tensor> backward(autograd.AutogradContext ctx, Tensor grad_output)
    {
        using var scope = NewDisposeScope();
        using var noGradient = no_grad();
        var saved = ctx.get_saved_variables();
        var (input, weight, joined) = (saved[0], saved[1], (Joined)ctx.get_data(State));
        var gradient = grad_output.to(float32);
        var normalized = joined.Normalize(input);
        var bias = gradient.sum(s_allButChannels); // C
        var slope = gradient.mul(normalized).sum(s_allButChannels); // C
        var sums = cat([bias, slope]).to(float64);
        try
        {
            joined.Statistics.Collectives.Sum(sums);
        }
        catch (GroupFailureException)
        {
            // It cannot pass through libtorch, which called. The next call to the others, for the sum of all gradients, throws it again.
        }
        sums = sums.Times(joined.HasImages ? 1 / joined.Values : 0).to(float32); // no statistics follow from an input that does not count
        var channels = weight.size(0);
        var byInput = gradient.sub(Channels(sums[..(int)channels])).sub(normalized.mul(Channels(sums[(int)channels..])))
            .mul(Channels(weight.mul(joined.InverseDeviation))).to(input.dtype);
        GC.KeepAlive(saved); // their memory
        return [byInput.MoveToOuterDisposeScope(), slope.MoveToOuterDisposeScope(), bias.MoveToOuterDisposeScope(), null!];
    }

    private static Tensor Channels(Tensor each) => each.view(1, -1, 1, 1);

    /// <summary>The statistics of all processes together.</summary>
    /// <param name="Statistics">Who they are.</param>
    /// <param name="HasImages">Whether this process's input is among them.</param>
    /// <param name="Values">Per channel, of all processes.</param>
    /// <param name="Mean">C.</param>
    /// <param name="Variance">C, biased.</param>
    /// <param name="InverseDeviation">C: 1 / √(variance + ε).</param>
    private sealed record Joined(SynchronizedStatistics Statistics, bool HasImages, double Values, Tensor Mean, Tensor Variance, Tensor InverseDeviation)
    {
        public static Joined Of(Tensor input, SynchronizedStatistics statistics, BatchNorm2d layer)
        {
            var images = input.to(float32);
            var mean = images.mean(s_allButChannels); // C
            var squares = images.sub(Channels(mean)).Squared().sum(s_allButChannels); // C
            var mine = new double[1 + 2 * layer.Channels];
            if (statistics.HasImages)
            {
                mine[0] = input.numel() / layer.Channels;
                mean.to(float64).cpu().data<double>().ToArray().CopyTo(mine, 1);
                squares.to(float64).cpu().data<double>().ToArray().CopyTo(mine, 1 + layer.Channels);
            }
            return Join(statistics.Collectives.Gather(mine), statistics, layer, input.device);
        }

        private static Joined Join(double[][] all, SynchronizedStatistics statistics, BatchNorm2d layer, Device device)
        {
            var values = all.Sum(one => one[0]);
            BatchNorm2d.RequireSeveral(values);
            var (mean, variance) = (new double[layer.Channels], new double[layer.Channels]);
            for (var channel = 0; channel < layer.Channels; channel++)
            {
                mean[channel] = all.Sum(one => one[0] * one[1 + channel]) / values;
                variance[channel] = all.Sum(one => one[1 + layer.Channels + channel] + one[0] * Math.Pow(one[1 + channel] - mean[channel], 2)) / values;
            }
            var inverse = variance.Select(one => 1 / Math.Sqrt(one + layer.Epsilon)).ToArray();
            return new(statistics, statistics.HasImages, values, Kept(mean), Kept(variance), Kept(inverse));

            Tensor Kept(double[] numbers) => tensor(numbers, float32, device).DetachFromDisposeScope(); // to the way back
        }

        public void Follow(BatchNorm2d layer)
        {
            layer.RunningMean.mul_(layer.Kept).AddInPlace(Mean.Times(layer.Momentum));
            layer.RunningVariance.mul_(layer.Kept).AddInPlace(Variance.Times(layer.Momentum * Values / (Values - 1))); // the unbiased one
        }

        /// <summary>The input, of mean 0 and variance 1: N × C × H × W in float32.</summary>
        public Tensor Normalize(Tensor input) => input.to(float32).sub(Channels(Mean)).mul(Channels(InverseDeviation));
    }
}
