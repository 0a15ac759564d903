using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Sets how many cores libtorch's operations on the calling thread use, and puts the process's own setting back afterwards.</summary>
/// <remarks>
/// Two effects make it worth the trouble. A small network's operations are shorter than handing parts of them to other
/// threads. And a libtorch thread that waits for another one spins: where decoding threads want the same cores, a step then
/// takes many times as long.
/// </remarks>
internal sealed class LibtorchThreads : IDisposable
{
    private static readonly Lock s_lock = new();
    private static int s_users;
    private static int s_before;

    private LibtorchThreads() { }

    public static LibtorchThreads Use(int threads)
    {
        lock (s_lock)
        {
            if (s_users++ == 0)
                s_before = get_num_threads();
        }
        set_num_threads(threads);
        return new();
    }

    public void Dispose()
    {
        lock (s_lock)
            s_users--;
        set_num_threads(s_before);
    }
}
