using System.Data.Common;
using Hangfire;
using Hangfire.Common;
using SQLite;

namespace Ml.Cnn.Experiments.Hangfire.Jobs;

/// <summary>
/// Hangfire's filters for these jobs alone, apart from the static ones that an app with a Hangfire of its own has set. A failure of disk, network or storage is
/// tried again some times; anything else is a fault of the job, which would fail again.
/// </summary>
internal sealed class TrialJobFilters : IJobFilterProvider
{
    private readonly JobFilter[] _filters;

    public TrialJobFilters(IReadOnlyList<TimeSpan> retryDelays)
    {
        var retries = new AutomaticRetryAttribute
        {
            Attempts = retryDelays.Count,
            OnAttemptsExceeded = AttemptsExceededAction.Fail,
            OnlyOn = [typeof(IOException), typeof(TimeoutException), typeof(DbException), typeof(SQLiteException)],
        };
        if (retryDelays.Count > 0)
            retries.DelaysInSeconds = [.. retryDelays.Select(delay => (int)Math.Ceiling(delay.TotalSeconds))];
        _filters = [.. new JobFilterAttribute[] { retries, new StatisticsHistoryAttribute() }.Select(a => new JobFilter(a, JobFilterScope.Global, a.Order))];
    }

    public IEnumerable<JobFilter> GetFilters(Job job) => _filters;
}
