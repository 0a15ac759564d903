using System.Globalization;
using System.Text;

namespace TrialWorker;

/// <summary>
/// Stands for a training: counts steps, keeps the count in a file now and then as checkpoints are kept, goes on from there, and writes down what it did. A
/// job N is described by N.plan in the folder, its checkpoint is N.count, its result N.result; process P writes P.log.
/// </summary>
internal static class CountingWork
{
    private static readonly Lock s_log = new();

    public static void Run(string folder, int job, CancellationToken cancellationToken)
    {
        var name = Path.Join(folder, job.ToString(CultureInfo.InvariantCulture));
        var plan = WorkPlan.Read(name + ".plan");
        var done = File.Exists(name + ".count") ? int.Parse(File.ReadAllText(name + ".count"), CultureInfo.InvariantCulture) : 0;
        Note(folder, job, "begin", done);
        if (File.Exists(name + ".result"))
            return;
        plan.Fault?.Happen();
        while (done < plan.Steps)
        {
            if (cancellationToken.WaitHandle.WaitOne(plan.StepMilliseconds))
            {
                Keep(name + ".count", done);
                Note(folder, job, "stop", done);
                cancellationToken.ThrowIfCancellationRequested();
            }
            Note(folder, job, "step", ++done);
            if (done % plan.CheckpointSteps == 0)
                Keep(name + ".count", done);
        }
        Keep(name + ".result", done);
        Note(folder, job, "end", done);
    }

    private static void Keep(string path, int count)
    {
        File.WriteAllText(path + ".new", count.ToString(CultureInfo.InvariantCulture));
        File.Move(path + ".new", path, overwrite: true);
    }

    private static void Note(string folder, int job, string what, int count)
    {
        var line = string.Create(CultureInfo.InvariantCulture, $"{Environment.TickCount64} {Environment.ProcessId} {job} {what} {count}\n");
        lock (s_log)
        {
            using var log = new FileStream(Path.Join(folder, $"{Environment.ProcessId}.log"), FileMode.Append, FileAccess.Write, FileShare.Read);
            log.Write(Encoding.ASCII.GetBytes(line)); // one write: a kill leaves no half of a line
        }
    }
}
