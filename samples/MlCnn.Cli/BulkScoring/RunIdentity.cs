using Ml.Cnn.Trainers;

namespace MlCnn.Cli.BulkScoring;

/// <summary>What must be the same for two starts to be of one run, and for shards to belong together.</summary>
/// <param name="ModelSha256">Of the model's file.</param>
/// <param name="Data">The images.</param>
/// <param name="Options">What decides the rows.</param>
internal sealed record RunIdentity(string ModelSha256, DataIdentity Data, ScoreOptions Options)
{
    /// <summary>What differs, in words; empty where nothing does.</summary>
    /// <param name="other">The other run.</param>
    /// <param name="here">What to call this one's values, such as "now".</param>
    /// <param name="there">What to call the other's.</param>
    public IEnumerable<string> Differences(RunIdentity other, string here, string there)
    {
        if (ModelSha256 != other.ModelSha256)
            yield return $"the model (SHA-256 {Short(ModelSha256)} {here}, {Short(other.ModelSha256)} {there})";
        if (Data.Images != other.Data.Images)
            yield return FormattableString.Invariant($"the data ({Data.Images} images {here}, {other.Data.Images} {there})");
        else if (Data.Sha256 != other.Data.Sha256)
            yield return FormattableString.Invariant($"the data (as many images, {Data.Images}, with other names or in another file)");
        foreach (var (name, mine, theirs) in Options.Pairs(other.Options).Where(pair => pair.Mine != pair.Theirs))
            yield return $"{name} ({mine} {here}, {theirs} {there})";
    }

    private static string Short(string sha256) => sha256[..12];
}

/// <summary>The images of a run.</summary>
/// <param name="Images">How many.</param>
/// <param name="Sha256">Of their names in order, and of what else tells the data apart: an archive's size, or pixels.</param>
internal sealed record DataIdentity(long Images, string Sha256);

/// <summary>The options that decide the rows.</summary>
/// <param name="Top">How many classes of an image are written.</param>
/// <param name="TestTime">The views of an image that are scored, as text; null: as the model was saved.</param>
/// <param name="Precision">As asked for; null: as the model was saved.</param>
/// <param name="ComputedIn">The numbers that scores were computed in: a processor may lack what was asked for. Null until the network was prepared.</param>
internal sealed record ScoreOptions(int Top, string? TestTime, Precision? Precision, Precision? ComputedIn = null)
{
    /// <summary>The options by name, of both.</summary>
    public IEnumerable<(string Name, string Mine, string Theirs)> Pairs(ScoreOptions other)
    {
        yield return ("--top", FormattableString.Invariant($"{Top}"), FormattableString.Invariant($"{other.Top}"));
        yield return ("--tta", Word(TestTime), Word(other.TestTime));
        yield return ("--precision", Word(Precision), Word(other.Precision));
        if (ComputedIn is not null && other.ComputedIn is not null)
            yield return ("the numbers that scores are computed in", Word(ComputedIn), Word(other.ComputedIn));
    }

    private static string Word<T>(T value) => value?.ToString()?.ToLowerInvariant() ?? "as the model was saved";
}
