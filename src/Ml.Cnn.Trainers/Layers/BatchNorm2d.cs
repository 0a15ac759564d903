using System.Diagnostics.CodeAnalysis;
using Ml.Cnn.Trainers.Layers.Normalization;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using static TorchSharp.torch.nn;

namespace Ml.Cnn.Trainers.Layers;

/// <summary>Batch normalization of each channel of N × C × H × W (Ioffe and Szegedy 2015, algorithm 1). Kind "batch_norm2d".</summary>
/// <remarks>
/// While training, a channel is normalized by the batch's own mean and variance, and the running ones follow; in evaluation, by the
/// running ones. Parameters <c>weight</c> (γ, starts at 1) and <c>bias</c> (β, starts at 0); buffers <c>running_mean</c>,
/// <c>running_var</c> and <c>num_batches_tracked</c>. All but the last, an int64 count, are float32 and stay so beside a bfloat16 input.
/// </remarks>
[Experimental(ExperimentalApi.Layers)]
public sealed class BatchNorm2d : Layer
{
    private static readonly Scalar One = 1.ToScalar();

    /// <summary>Creates the layer: γ = 1, β = 0, running mean 0 and variance 1.</summary>
    /// <param name="channels">Channels of the input, 1 or more.</param>
    /// <param name="epsilon">Added to the variance, above 0. Default 1e-5.</param>
    /// <param name="momentum">Share of the batch's statistics in the new running ones, from 0 to 1. Default 0.1.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is outside its range.</exception>
    public BatchNorm2d(int channels, double epsilon = 1e-5, double momentum = 0.1) : base(LayerKinds.BatchNorm2d)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(channels, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(epsilon);
        ArgumentOutOfRangeException.ThrowIfNegative(momentum);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(momentum, 1);
        Channels = channels;
        Epsilon = epsilon;
        Momentum = momentum;
        Kept = (1 - momentum).ToScalar();
        Weight = Parameters.Constant(1, channels);
        Bias = Parameters.Constant(0, channels);
        RunningMean = Parameters.Buffer(0, float32, channels);
        RunningVariance = Parameters.Buffer(1, float32, channels);
        BatchesTracked = Parameters.Buffer(0, int64);
        RegisterComponents();
    }

    /// <summary>Channels of the input and the output.</summary>
    public int Channels { get; }

    /// <summary>What is added to the variance.</summary>
    public double Epsilon { get; }

    /// <summary>Share of the batch's statistics in the new running ones.</summary>
    public double Momentum { get; }

    /// <summary>γ: one factor per channel.</summary>
    [field: ComponentName(Name = "weight")]
    public Parameter Weight { get; private set; }

    /// <summary>β: one offset per channel.</summary>
    [field: ComponentName(Name = "bias")]
    public Parameter Bias { get; private set; }

    /// <summary>The running mean of each channel.</summary>
    [field: ComponentName(Name = "running_mean")]
    public Tensor RunningMean { get; private set; }

    /// <summary>The running variance of each channel, unbiased.</summary>
    [field: ComponentName(Name = "running_var")]
    public Tensor RunningVariance { get; private set; }

    /// <summary>How many batches the running statistics have seen.</summary>
    [field: ComponentName(Name = "num_batches_tracked")]
    public Tensor BatchesTracked { get; private set; }

    /// <inheritdoc/>
    public override LayerDescription Describe() => new LayerDescription(Kind)
        .With(LayerAttributes.Epsilon, Epsilon).With(LayerAttributes.Momentum, Momentum)
        .WithWeight(WeightRoles.Weight, Weight).WithWeight(WeightRoles.Bias, Bias)
        .WithWeight(WeightRoles.RunningMean, RunningMean).WithWeight(WeightRoles.RunningVariance, RunningVariance)
        .WithWeight(WeightRoles.BatchesTracked, BatchesTracked);

    /// <summary>
    /// Whether training takes kernels of our own where they are the faster way (<see cref="FusedBatchNorm"/>). Default true; false, to compare: libtorch's.
    /// </summary>
    internal bool UsesKernels { get; set; } = true;

    /// <summary>The processes whose images the statistics are taken from while training; null: each batch's own.</summary>
    internal SynchronizedStatistics? Synchronization { get; set; }

    /// <summary>Share of the former running statistics in the new ones.</summary>
    internal Scalar Kept { get; }

    private bool IsSynchronized => training && Synchronization is { IsOn: true };

    /// <summary>Whether the layer and the activation behind it are one operation. If not, they had better be called one after the other.</summary>
    /// <param name="activation">What follows.</param>
    /// <param name="input">N × C × H × W.</param>
    internal bool IsOneWith(Layer activation, Tensor input) => training && UsesKernels && !IsSynchronized && !ForwardTrace.IsOpen && !HasHooks && !activation.HasHooks
        && activation.Bounds is not null && FusedBatchNorm.Suits(this, input);

    /// <summary>The layer and the activation behind it as one operation.</summary>
    /// <param name="activation">What follows, which the layer is one with.</param>
    /// <param name="input">N × C × H × W.</param>
    /// <param name="addend">What is added between the two, of the same shape; null: nothing.</param>
    internal Tensor With(Layer activation, Tensor input, Tensor? addend = null)
    {
        CountBatch(input);
        return FusedBatchNorm.Of(this, input, activation.Bounds!.Value, addend);
    }

    /// <inheritdoc/>
    protected override Tensor Compute(Tensor input)
    {
        if (IsSynchronized)
        {
            BatchesTracked.add_(One, alpha: One);
            return SynchronizedBatchNorm.Of(this, input);
        }
        if (training)
            CountBatch(input);
        return functional.batch_norm(input, RunningMean, RunningVariance, Weight, Bias, training, Momentum, Epsilon);
    }

    private void CountBatch(Tensor input)
    {
        RequireSeveral(input.numel() / (double)Channels);
        BatchesTracked.add_(One, alpha: One);
    }

    // libtorch would divide by zero and leave a running variance of NaN.
    internal static void RequireSeveral(double values)
    {
        if (values <= 1)
            throw new InvalidOperationException(
                "Batch normalization needs more than one value per channel while training: use a larger batch or larger images.");
    }

    internal override Tensor ComputeShape(Tensor input) => input.alias();
}
