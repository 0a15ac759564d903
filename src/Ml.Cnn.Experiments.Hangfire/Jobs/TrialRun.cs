using System.Globalization;
using Hangfire.Server;
using Hangfire.Storage;

namespace Ml.Cnn.Experiments.Hangfire.Jobs;

/// <summary>
/// Notes beside a job that a worker has it in hands. A note that nobody took back tells of a worker's death; a job that takes its workers along, as one does
/// that needs more memory than there is, is given up after some.
/// </summary>
internal sealed class TrialRun : IDisposable
{
    private const string Running = "Mlcnn.Running", Deaths = "Mlcnn.Deaths", None = "none";

    private readonly IStorageConnection _connection;
    private readonly string _id, _mark;

    private TrialRun(IStorageConnection connection, string id, string mark) => (_connection, _id, _mark) = (connection, id, mark);

    /// <exception cref="HangfireTrialException">Too many workers have died of it.</exception>
    public static TrialRun Begin(PerformContext context, int job, int maximumDeaths)
    {
        var (connection, id) = (context.Connection, context.BackgroundJob.Id);
        if (IsRunning(connection, id))
        {
            _ = int.TryParse(connection.GetJobParameter(id, Deaths), NumberStyles.None, CultureInfo.InvariantCulture, out var deaths);
            connection.SetJobParameter(id, Deaths, (++deaths).ToString(CultureInfo.InvariantCulture));
            if (deaths >= maximumDeaths)
            {
                connection.SetJobParameter(id, Running, None);
                throw new HangfireTrialException(string.Create(CultureInfo.InvariantCulture, $"Job {job} was given up: {deaths} workers died while they had it,"
                    + $" or were lost. A training that needs more memory than there is ends so; look at the workers' output and the system's log."), job);
            }
        }
        var mark = Guid.NewGuid().ToString("N");
        connection.SetJobParameter(id, Running, mark);
        return new(connection, id, mark);
    }

    /// <summary>Whether a worker has it in hands, or died with it.</summary>
    public static bool IsRunning(IStorageConnection connection, string id) => connection.GetJobParameter(id, Running) is not (null or "" or None);

    public void Dispose()
    {
        try
        {
            // Another worker's mark stays: it took the job while this one was not heard of.
            if (_connection.GetJobParameter(_id, Running) == _mark)
                _connection.SetJobParameter(_id, Running, None);
        }
        catch (Exception exception) when (Storage.JobStorages.IsFailure(exception))
        {
            // The job's own end counts. At worst one death is counted that was none.
        }
    }
}
