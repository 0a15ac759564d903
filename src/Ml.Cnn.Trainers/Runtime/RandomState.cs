using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Seeds libtorch's process-wide random state, and puts back what was there once nobody uses it any more.</summary>
/// <remarks>
/// Several networks may be built and trained at once. Each is built from its own seed undisturbed, so its first weights
/// repeat; dropout draws from the one state that all of them share.
/// </remarks>
internal sealed class RandomState : IDisposable
{
    private static readonly Lock s_lock = new();
    private static int s_users;
    private static Tensor? s_before;

    private RandomState() { }

    /// <param name="seed">The state that <paramref name="build"/> starts from.</param>
    /// <param name="build">Draws first weights. Nothing else is built meanwhile.</param>
    /// <param name="built">What it returned.</param>
    public static RandomState Build<T>(int seed, Func<T> build, out T built)
    {
        lock (s_lock)
        {
            if (s_users++ == 0)
                s_before = random.get_rng_state().DetachFromDisposeScope();
            var state = new RandomState();
            try
            {
                random.manual_seed(seed);
                built = build();
                return state;
            }
            catch
            {
                state.Dispose();
                throw;
            }
        }
    }

    public void Dispose()
    {
        lock (s_lock)
        {
            if (--s_users > 0)
                return;
            random.set_rng_state(s_before!);
            s_before!.Dispose();
        }
    }
}
