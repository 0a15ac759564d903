using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Builds networks from seeds of libtorch's process-wide random state, and puts back what was there.</summary>
/// <remarks>
/// Several networks may be built and trained at once. Each is built from its own seed undisturbed, so its first weights repeat. The first
/// training goes on with the state that its network left, and dropout draws from it; whatever is built or loaded meanwhile, as in a callback,
/// leaves that state as it was. Trainings at the same time in one process share the state, so that dropout in them does not repeat.
/// </remarks>
internal static class RandomState
{
    private static readonly Lock s_lock = new(); // nothing else is built meanwhile
    private static readonly SharedSetting s_training = new(Keep, PutBack);
    private static Tensor? s_before;

    /// <summary>Builds a network for training, which goes on with the state until the result is disposed.</summary>
    /// <param name="seed">The state that <paramref name="build"/> starts from.</param>
    /// <param name="build">Draws first weights.</param>
    /// <param name="built">What it returned.</param>
    public static IDisposable BuildForTraining<T>(int seed, Func<T> build, out T built)
    {
        lock (s_lock)
        {
            if (s_training.IsHeld)
            {
                built = Build(seed, build);
                return s_training.Hold();
            }
            var held = s_training.Hold();
            try
            {
                random.manual_seed(seed);
                built = build();
                return held;
            }
            catch
            {
                held.Dispose();
                throw;
            }
        }
    }

    /// <summary>Builds a network whose first weights matter or are overwritten, and leaves the state as it was.</summary>
    /// <param name="seed">The state that <paramref name="build"/> starts from.</param>
    /// <param name="build">Draws first weights.</param>
    /// <returns>What it returned.</returns>
    public static T Build<T>(int seed, Func<T> build)
    {
        lock (s_lock)
        {
            using var before = random.get_rng_state().DetachFromDisposeScope();
            try
            {
                random.manual_seed(seed);
                return build();
            }
            finally
            {
                random.set_rng_state(before);
            }
        }
    }

    private static void Keep() => s_before = random.get_rng_state().DetachFromDisposeScope();

    private static void PutBack()
    {
        random.set_rng_state(s_before!);
        s_before!.Dispose();
    }
}
