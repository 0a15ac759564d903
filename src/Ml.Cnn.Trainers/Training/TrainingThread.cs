using System.Runtime.ExceptionServices;

namespace Ml.Cnn.Trainers.Training;

/// <summary>Runs work on a thread of its own: libtorch's dispose scopes and gradient modes belong to a thread and survive no await.</summary>
internal static class TrainingThread
{
    public static T Run<T>(Func<T> work)
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
}
