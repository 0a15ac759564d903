using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Does work between two steps on the threads that libtorch computes with on the CPU, where they are OpenMP's.</summary>
/// <remarks>
/// After each operation those threads wait for the next one spinning, some 15 milliseconds long. Other threads would have to share the cores
/// with them: to decode 32 JPEG files took 7 ms on two of .NET's threads, and takes 4.6 ms on libtorch's.
/// </remarks>
internal static unsafe class LibtorchTeam
{
    // void GOMP_parallel(void (*function)(void*), void* data, unsigned threads, unsigned flags): libgomp's and libiomp5's way into a
    // parallel region.
    private static readonly delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void> s_parallel = FindParallel();

    /// <summary>Whether the threads can be reached; where they cannot, .NET's do the work.</summary>
    public static bool IsAvailable => s_parallel != null;

    /// <summary>Calls a function for 0 to <paramref name="count"/> − 1, on several threads and in no order.</summary>
    /// <param name="count">0 or more.</param>
    /// <param name="threads">The most to use, 1 or more.</param>
    /// <param name="body">Thread safe.</param>
    public static void For(int count, int threads, Action<int> body)
    {
        if (!IsAvailable)
        {
            Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = threads }, body);
            return;
        }
        var work = new Work(count, threads, body);
        Join(work, threads);
        work.Failure?.Throw();
    }

    /// <summary>Lets several threads at once join in a work, the calling one among them, and returns when all of them have left it.</summary>
    /// <param name="work">The work; it must not wait for a thread that has not joined yet, since fewer may come, and more.</param>
    /// <param name="threads">How many are wanted, 1 or more.</param>
    public static void Join(ITeamWork work, int threads)
    {
        if (!IsAvailable)
        {
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, _ => work.Join());
            return;
        }
        var handle = GCHandle.Alloc(work);
        try
        {
            s_parallel(&Join, GCHandle.ToIntPtr(handle), 0, 0); // 0 threads: as many as libtorch uses, so that it finds its team unchanged
        }
        finally
        {
            handle.Free();
        }
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Join(nint work) => ((ITeamWork)GCHandle.FromIntPtr(work).Target!).Join();

    private static delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void> FindParallel()
    {
        // The name alone finds the library that is loaded; a symbol is looked for in what it depends on, too.
        if (!OperatingSystem.IsLinux() || !NativeLibrary.TryLoad("libtorch_cpu.so", out var library)
            || !NativeLibrary.TryGetExport(library, "GOMP_parallel", out var address))
            return null;
        return (delegate* unmanaged[Cdecl]<delegate* unmanaged[Cdecl]<nint, void>, nint, uint, uint, void>)address;
    }

    private sealed class Work(int count, int threads, Action<int> body) : ITeamWork
    {
        private int _threads;
        private int _next = -1;
        private ExceptionDispatchInfo? _failure;

        /// <summary>The first exception: none may leave by way of native code.</summary>
        public ExceptionDispatchInfo? Failure => Volatile.Read(ref _failure);

        public void Join()
        {
            if (Interlocked.Increment(ref _threads) > threads)
                return;
            try
            {
                for (int i; Failure is null && (i = Interlocked.Increment(ref _next)) < count;)
                    body(i);
            }
            catch (Exception e)
            {
                Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(e), null);
            }
        }
    }
}
