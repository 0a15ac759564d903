using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Trainers.Runtime;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Optimization;

/// <summary>
/// Brings gradients together in buckets of some 25 MB, in the order in which backward comes to them (Li et al. 2020, PyTorch DDP, section 3.2.3): many small
/// sums would each wait for the network between the processes, and one of all would need the memory twice. A large gradient is summed where it lies.
/// </summary>
/// <param name="collectives">The processes.</param>
/// <param name="inBFloat16">Whether gradients travel as bfloat16.</param>
/// <param name="concurrent">Carries them while backward goes on; null: they travel together, when all are there.</param>
internal sealed class BucketedReduction(ICollectives collectives, bool inBFloat16, IConcurrentSums? concurrent = null) : IGradientReduction
{
    private const long BucketSize = 25 * 1024 * 1024 / sizeof(float);

    private const long Large = 4 * 1024 * 1024 / sizeof(float); // copying it would take longer than another message

    private const double Rounding = 1e-6; // of the sum of weights, in float32

    private readonly List<Tensor> _buckets = []; // memory that is used again and again
    private readonly List<Part> _parts = []; // of this move
    private readonly List<Tensor> _open = []; // wait for a bucket to be full
    private int _bucketsUsed;

    public int Processes => collectives.World;

    public bool IsConcurrent => concurrent is not null;

    public void Begin(IReadOnlyList<Tensor> gradients)
    {
        using var scope = NewDisposeScope();
        foreach (var gradient in gradients)
        {
            if (gradient.dtype != ScalarType.Float32 || gradient.numel() >= Large)
            {
                Begin(Part.InPlace(gradient));
                continue;
            }
            if (Numbers(_open) + gradient.numel() > BucketSize)
                Close();
            _open.Add(gradient);
        }
    }

    public void End(Tensor weight, double unit)
    {
        Close();
        if (concurrent is null)
        {
            var factor = Factor(weight.Number(), unit); // finds out before the sums whether they can be made
            collectives.Sum([.. _parts.Select(part => part.Travelling)]);
            Finish(factor);
        }
        else
        {
            concurrent.End();
            Finish(Factor(weight.Number(), unit));
        }
    }

    /// <summary>Frees the memory of the buckets.</summary>
    public void Dispose()
    {
        Forget();
        _buckets.ForEach(bucket => bucket.Dispose());
        _buckets.Clear();
    }

    // Makes means of the sums: 1 but for an epoch's last step, and where labels or images have weights of their own.
    private double Factor(double weight, double unit)
    {
        var all = collectives.Gather(weight, _parts.Sum(part => part.Gradients.Count), _parts.Sum(part => Numbers(part.Gradients)));
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

    private static long Numbers(IEnumerable<Tensor> gradients) => gradients.Sum(gradient => gradient.numel());

    private void Close()
    {
        if (_open.Count == 0)
            return;
        if (_bucketsUsed == _buckets.Count)
            _buckets.Add(empty(BucketSize, device: _open[0].device).DetachFromDisposeScope());
        Begin(Part.Packed(_buckets[_bucketsUsed++], [.. _open]));
        _open.Clear();
    }

    private void Begin(Part part)
    {
        if (inBFloat16)
            part.Round();
        _parts.Add(part);
        concurrent?.Begin(part.Travelling);
    }

    private void Finish(double factor)
    {
        using var scale = Math.Abs(factor - 1) > Rounding ? factor.ToScalar() : null;
        foreach (var part in _parts)
            part.WriteBack(scale);
        Forget();
    }

    private void Forget()
    {
        _parts.ForEach(part => part.Dispose());
        _parts.Clear();
        _open.ForEach(gradient => gradient.Dispose());
        _open.Clear();
        _bucketsUsed = 0;
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

    /// <summary>What is summed at a time.</summary>
    /// <param name="numbers">In one piece of memory: a gradient's own, or a bucket.</param>
    /// <param name="gradients">Whose numbers they are, one after the other.</param>
    private sealed class Part(Tensor numbers, IReadOnlyList<Tensor> gradients) : IDisposable
    {
        private readonly Tensor _numbers = numbers.DetachFromDisposeScope();
        private Tensor? _rounded;

        public IReadOnlyList<Tensor> Gradients => gradients;

        /// <summary>What the processes sum.</summary>
        public Tensor Travelling => _rounded ?? _numbers;

        /// <summary>A gradient where it lies, if it lies without gaps.</summary>
        public static Part InPlace(Tensor gradient) => new(Flat(gradient), [gradient]);

        /// <summary>Copies gradients to the beginning of a bucket.</summary>
        public static Part Packed(Tensor bucket, IReadOnlyList<Tensor> gradients)
        {
            using var scope = NewDisposeScope();
            var part = new Part(bucket.narrow(0, 0, Numbers(gradients)), gradients);
            foreach (var (gradient, place) in part.Places())
                place.copy_(Flat(gradient));
            return part;
        }

        /// <summary>Lets bfloat16 travel.</summary>
        public void Round() => _rounded = _numbers.to(ScalarType.BFloat16).DetachFromDisposeScope();

        /// <summary>Brings the sums to the gradients.</summary>
        /// <param name="scale">To multiply them by; null: nothing.</param>
        public void WriteBack(Scalar? scale)
        {
            using var scope = NewDisposeScope();
            if (_rounded is not null)
                _numbers.copy_(_rounded);
            if (scale is not null)
                _numbers.mul_(scale);
            foreach (var (gradient, place) in Places())
            {
                if (!IsDense(gradient))
                    gradient.copy_(place.view(gradient.shape));
                else if (gradient.Address() != place.Address())
                    Flat(gradient).copy_(place);
            }
        }

        public void Dispose()
        {
            _numbers.Dispose();
            _rounded?.Dispose();
            foreach (var gradient in gradients)
                gradient.Dispose();
        }

        private IEnumerable<(Tensor Gradient, Tensor Place)> Places()
        {
            long at = 0;
            foreach (var gradient in gradients)
            {
                yield return (gradient, _numbers.narrow(0, at, gradient.numel()));
                at += gradient.numel();
            }
        }
    }
}
