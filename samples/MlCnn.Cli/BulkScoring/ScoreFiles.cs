namespace MlCnn.Cli.BulkScoring;

/// <summary>A file of scores and those that stand beside it while it is made.</summary>
/// <param name="Path">The file, which appears when it is whole.</param>
internal sealed record ScoreFiles(string Path)
{
    private const string ProgressEnding = ".progress.json";

    /// <summary>The rows so far.</summary>
    public string Journal => Path + ".unfinished";

    /// <summary>How far it is; stays, since it says what the file is made of.</summary>
    public string Progress => Path + ProgressEnding;

    /// <summary>Whoever holds it writes the others.</summary>
    public string Lock => Path + ".lock";

    /// <summary>What is to take a file's place.</summary>
    public string Temporary => Path + ".tmp";

    /// <summary>The file that a progress is of; null for other names.</summary>
    public static string? OfProgress(string path) => path.EndsWith(ProgressEnding, StringComparison.Ordinal) ? path[..^ProgressEnding.Length] : null;

    /// <summary>Puts the progress in the place of the one before, in one step.</summary>
    public void Save(ScoreProgress progress) => OutputFile.Write(Progress, progress.ToJson(), Temporary);

    /// <summary>Deletes all but the file itself.</summary>
    public void Forget()
    {
        File.Delete(Progress); // first: without it the others are nothing
        File.Delete(Journal);
        File.Delete(Temporary);
    }
}
