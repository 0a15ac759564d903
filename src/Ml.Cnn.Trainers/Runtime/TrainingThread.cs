using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Runtime;

/// <summary>Runs work on a thread where libtorch's dispose scopes and gradient modes are nobody else's: they belong to a thread and survive no await.</summary>
/// <remarks>
/// That is a new thread, or, on Linux, the process's first one where it is the caller's and nothing is open on it. Only there does glibc take blocks above
/// 64 MiB from a heap that <see cref="GlibcAllocator"/> can make it keep; on any other thread they are mapped and unmapped in every step: VGG-11 at 64×64 then
/// spends three quarters of its time on page faults.
/// </remarks>
internal static partial class TrainingThread
{
    public static T Run<T>(Func<T> work) => OperatingSystem.IsLinux() && IsFirst && is_grad_enabled() && !IsInDisposeScope ? work() : RunOnNew(work);

    private static bool IsFirst
    {
        get
        {
            try
            {
                return ThreadId() == Environment.ProcessId;
            }
            catch (EntryPointNotFoundException)
            {
                return false; // a C library without gettid
            }
        }
    }

    // A tensor tells the statistics whether it was created in one.
    private static bool IsInDisposeScope
    {
        get
        {
            var before = DisposeScopeManager.Statistics.CreatedInScopeCount;
            empty(0).Dispose();
            return DisposeScopeManager.Statistics.CreatedInScopeCount > before;
        }
    }

    private static T RunOnNew<T>(Func<T> work)
    {
        T result = default!;
        ExceptionDispatchInfo? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                result = work();
            }
            catch (Exception e)
            {
                failure = ExceptionDispatchInfo.Capture(e);
            }
        })
        { Name = "MlCnn training", IsBackground = true };
        thread.Start();
        thread.Join();
        failure?.Throw();
        return result;
    }

    [LibraryImport("libc", EntryPoint = "gettid")]
    private static partial int ThreadId();
}
