using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Layers;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Brings gradients together in buckets of some 25 MB, in the order in which backward comes to them (Li et al. 2020, PyTorch DDP, section 3.2.3): many small
/// sums would each wait for the network between the processes, and one of all would need the memory twice. A large gradient is summed where it lies.
/// </summary>
/// <param name="collectives">The processes.</param>
/// <param name="inBFloat16">Whether gradients travel as bfloat16.</param>
internal sealed class BucketedReduction(ICollectives collectives, bool inBFloat16) : IGradientReduction
{
    private const long BucketSize = 25 * 1024 * 1024 / sizeof(float);

    private const long Large = 4 * 1024 * 1024 / sizeof(float); // copying it would take longer than another message

    private const double Rounding = 1e-6; // of the sum of weights, in float32

    private Tensor? _bucket; // memory that is used again and again

    public int Processes => collectives.World;

    public void Reduce(IReadOnlyList<Tensor> gradients, Tensor weight, double unit)
    {
        var number = Factor(gradients, weight.Number(), unit);
        using var factor = Math.Abs(number - 1) > Rounding ? number.ToScalar() : null;
        List<Tensor> bucket = [];
        long size = 0;
        foreach (var gradient in gradients.Reverse())
        {
            if (gradient.dtype != ScalarType.Float32 || gradient.numel() >= Large)
            {
                SumInPlace(gradient, factor);
                continue;
            }
            if (size + gradient.numel() > BucketSize)
            {
                Sum(bucket, size, factor);
                bucket = [];
                size = 0;
            }
            bucket.Add(gradient);
            size += gradient.numel();
        }
        if (size > 0)
            Sum(bucket, size, factor);
    }

    /// <summary>Frees the memory of the buckets.</summary>
    public void Dispose()
    {
        _bucket?.Dispose();
        _bucket = null;
    }

    // Makes means of the sums: 1 but for an epoch's last step, and where labels or images have weights of their own.
    private double Factor(IReadOnlyList<Tensor> gradients, double weight, double unit)
    {
        var all = collectives.Gather(weight, gradients.Count, gradients.Sum(gradient => gradient.numel()));
        var other = Array.FindIndex(all, one => one[1] != all[0][1] || one[2] != all[0][2]);
        if (other >= 0)
        {
            throw new GroupFailureException(FormattableString.Invariant($"{collectives.Members[other]} has gradients of {all[other][1]} parameters with ")
                + FormattableString.Invariant($"{all[other][2]} numbers, and {collectives.Members[0]} of {all[0][1]} with {all[0][2]}: ")
                + "every process must reach the same parameters in every step.");
        }
        var whole = all.Sum(one => one[0]);
        return whole > 0 ? unit / whole : 0;
    }

    private void Sum(List<Tensor> gradients, long size, Scalar? factor)
    {
        using var scope = NewDisposeScope();
        _bucket ??= empty(BucketSize, device: gradients[0].device).DetachFromDisposeScope();
        var bucket = _bucket.narrow(0, 0, size);
        long at = 0;
        foreach (var gradient in gradients)
        {
            bucket.narrow(0, at, gradient.numel()).copy_(Flat(gradient));
            at += gradient.numel();
        }
        Scale(bucket, factor);
        SumScaled(bucket);
        at = 0;
        foreach (var gradient in gradients)
        {
            var sum = bucket.narrow(0, at, gradient.numel());
            if (IsDense(gradient))
                Flat(gradient).copy_(sum);
            else
                gradient.copy_(sum.view(gradient.shape));
            at += gradient.numel();
        }
    }

    private void SumInPlace(Tensor gradient, Scalar? factor)
    {
        using var scope = NewDisposeScope();
        var flat = Flat(gradient);
        Scale(flat, factor);
        SumScaled(flat);
        if (!IsDense(gradient))
            gradient.copy_(flat.view(gradient.shape));
    }

    private static void Scale(Tensor numbers, Scalar? factor)
    {
        if (factor is not null)
            numbers.mul_(factor);
    }

    private void SumScaled(Tensor numbers)
    {
        if (!inBFloat16)
        {
            collectives.Sum(numbers);
            return;
        }
        var rounded = numbers.to(ScalarType.BFloat16);
        collectives.Sum(rounded);
        numbers.copy_(rounded);
    }

    // As the numbers lie in memory, which is in the same order in every process: all have the same plan.
    private static Tensor Flat(Tensor gradient) => IsDense(gradient) ? gradient.as_strided([gradient.numel()], [1]) : gradient.contiguous().view(-1);

    // Without gaps, and no number twice.
    private static bool IsDense(Tensor tensor)
    {
        long expected = 1;
        foreach (var (size, stride) in tensor.shape.Zip(tensor.stride()).Where(one => one.First > 1).OrderBy(one => one.Second))
        {
            if (stride != expected)
                return false;
            expected *= size;
        }
        return true;
    }
}
