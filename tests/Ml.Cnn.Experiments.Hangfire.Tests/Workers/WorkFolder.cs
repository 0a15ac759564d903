using System.Globalization;
using TrialWorker;

namespace Ml.Cnn.Experiments.Hangfire.Tests.Workers;

/// <summary>A line of what a worker did.</summary>
internal sealed record WorkNote(long Time, int Process, int Job, string What, int Count);

/// <summary>A folder with jobs for <see cref="CountingWork"/>, and what workers wrote down there.</summary>
internal sealed class WorkFolder : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public string Path => _folder.Path;

    public void Add(int job, WorkPlan plan) => plan.Write(System.IO.Path.Join(Path, string.Create(CultureInfo.InvariantCulture, $"{job}.plan")));

    /// <summary>All that was written down, by time.</summary>
    public IReadOnlyList<WorkNote> Notes()
    {
        var notes = new List<WorkNote>();
        foreach (var log in Directory.GetFiles(Path, "*.log"))
        {
            using var reader = new StreamReader(new FileStream(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
            foreach (var line in reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                var parts = line.Split(' ');
                notes.Add(new(long.Parse(parts[0], CultureInfo.InvariantCulture), Number(parts[1]), Number(parts[2]), parts[3], Number(parts[4])));
            }
        }
        return [.. notes.OrderBy(note => note.Time)];

        static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }

    /// <summary>Waits until something stands in the notes.</summary>
    public async Task<WorkNote> NoteAsync(Func<WorkNote, bool> isIt, string what)
    {
        for (var waited = System.Diagnostics.Stopwatch.StartNew(); ; await Task.Delay(50))
        {
            if (Notes().FirstOrDefault(isIt) is { } found)
                return found;
            if (waited.Elapsed > TimeSpan.FromMinutes(2))
                Assert.Fail($"{what} did not come: {string.Join("; ", Notes())}");
        }
    }

    public void Dispose() => _folder.Dispose();
}
