using System.Collections.Concurrent;
using System.Text.Json;
using Ml.Cnn.Experiments.Storage;

namespace Ml.Cnn.Experiments.Execution;

/// <summary>
/// What the user wants of single trials while the experiment goes on: said by methods of the experiment, or by another process, which leaves it in the folder
/// "requests".
/// </summary>
internal sealed class TrialControls
{
    private readonly ConcurrentQueue<JournalEntry> _wanted = new();
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _underWay = new();

    public void Want(JournalEntry wanted)
    {
        _wanted.Enqueue(wanted);
        // A training in this process holds the loop up: it is told at once.
        if (wanted is TrialControlled { Control: not TrialControl.Resume } control && _underWay.TryGetValue(control.Trial, out var stop))
            Cancel(stop);
    }

    /// <summary>A trial's training is about to begin.</summary>
    /// <param name="trial">The trial.</param>
    /// <param name="stop">Ends the training.</param>
    public void UnderWay(int trial, CancellationTokenSource stop) => _underWay[trial] = stop;

    /// <summary>Leaves a wish for the process that leads the experiment.</summary>
    public static void Leave(ExperimentFolder folder, JournalEntry wanted)
    {
        Directory.CreateDirectory(folder.Requests);
        // Sorted by time, and never half there.
        var name = FormattableString.Invariant($"{DateTime.UtcNow:yyyyMMddHHmmssfffffff}-{Environment.ProcessId}.json");
        var temporary = Path.Join(folder.Requests, $".{name}.tmp");
        File.WriteAllBytes(temporary, JsonSerializer.SerializeToUtf8Bytes(wanted, ExperimentJson.Line));
        File.Move(temporary, Path.Join(folder.Requests, name));
    }

    /// <summary>What was wanted since the last call, in its order.</summary>
    public IEnumerable<JournalEntry> Take(ExperimentFolder folder)
    {
        while (_wanted.TryDequeue(out var wanted))
            yield return wanted;
        if (!Directory.Exists(folder.Requests))
            yield break;
        foreach (var path in Directory.GetFiles(folder.Requests, "*.json").Order(StringComparer.Ordinal))
        {
            if (Read(path) is { } wanted)
                yield return wanted;
            File.Delete(path);
        }
    }

    // Nothing but what a user may want: the rest of the journal is the loop's.
    private static JournalEntry? Read(string path)
    {
        try
        {
            return JsonSerializer.Deserialize<JournalEntry>(File.ReadAllBytes(path), ExperimentJson.Line) is var entry and (TrialControlled or TrialAdded)
                ? entry : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Cancel(CancellationTokenSource stop)
    {
        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The training is over.
        }
    }
}
