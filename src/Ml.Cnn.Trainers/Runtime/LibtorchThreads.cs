using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Sets how many cores libtorch's operations on the calling thread use, and puts the thread's former setting back afterwards.</summary>
/// <remarks>
/// Two effects make it worth the trouble. A small network's operations are shorter than handing parts of them to other
/// threads. And a libtorch thread that waits for another one spins: where decoding threads want the same cores, a step then
/// takes many times as long. The number belongs to a thread, and a thread that asks for the first time gets what any other thread set
/// last: so the process's own number is noted before the first user changes it. Uses of one thread may be nested, as where a callback of a
/// training scores a model; each must be disposed on its thread.
/// </remarks>
internal sealed class LibtorchThreads : IDisposable
{
    private static readonly SharedSetting s_noted = new(() => s_own = get_num_threads(), () => { });
    private static int s_own;

    [ThreadStatic]
    private static LibtorchThreads? s_innermost;

    private readonly IDisposable _held = s_noted.Hold();
    private readonly LibtorchThreads? _outer = s_innermost;
    private readonly int _threads;
    private bool _isDisposed;

    private LibtorchThreads(int threads)
    {
        _threads = threads;
        s_innermost = this;
        set_num_threads(threads);
    }

    /// <param name="threads">1 or more.</param>
    public static LibtorchThreads Use(int threads) => new(threads);

    public void Dispose()
    {
        if (_isDisposed)
            return;
        _isDisposed = true;
        s_innermost = _outer;
        set_num_threads(_outer?._threads ?? s_own);
        _held.Dispose();
    }
}
