using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MlCnn.Cli.BulkScoring;

/// <summary>What stands beside a file of scores: whose it is, and how far it is.</summary>
/// <param name="Run">What it is made of.</param>
/// <param name="Format">How the finished file is written.</param>
/// <param name="Shard">Which images are in it.</param>
/// <param name="Images">How many images those are.</param>
/// <param name="ImagesSha256">Of their names and the sizes of their files; empty in a merged file's.</param>
internal sealed record ScoreProgress(RunIdentity Run, ScoreFormat Format, Shard Shard, long Images, string ImagesSha256)
{
    private const int CurrentVersion = 1;

    private static readonly JsonSerializerOptions s_options = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>How many classes of an image are written: as many as asked for, or all that there are.</summary>
    public int Classes { get; init; }

    public int Version { get; init; } = CurrentVersion;

    /// <summary>How images are dealt out to shards, for readers.</summary>
    public string Rule { get; init; } = Shard.Rule;

    /// <summary>How many images are done: the first of the shard.</summary>
    public long Done { get; init; }

    /// <summary>The length in bytes that the file of rows has with these; what follows is of no use.</summary>
    public long Bytes { get; init; }

    /// <summary>How many of those that are done could not be read or decoded.</summary>
    public long Bad { get; init; }

    /// <summary>How many of those that are done got NaN or infinity from the network.</summary>
    public long NotFinite { get; init; }

    /// <summary>The finished file; null until then.</summary>
    public FileSeal? Finished { get; init; }

    [JsonIgnore]
    public long Scored => Done - Bad - NotFinite;

    /// <summary>Refuses to go on with other images, another model or other options.</summary>
    /// <param name="now">What the command line asks for.</param>
    /// <param name="path">The file, for the message.</param>
    /// <exception cref="CommandException">Something differs.</exception>
    public void RequireSame(ScoreProgress now, string path)
    {
        var differences = Run.Differences(now.Run, "then", "now").ToList();
        if (Format != now.Format)
            differences.Add($"the format ({Format} then, {now.Format} now)");
        if (Shard != now.Shard)
            differences.Add($"the shard ({Shard} then, {now.Shard} now)");
        if (differences.Count == 0 && ImagesSha256.Length > 0 && ImagesSha256 != now.ImagesSha256)
            differences.Add("the data (files of other sizes)");
        if (differences.Count > 0)
        {
            throw new CommandException($"--out: '{path}' was begun with something else: {string.Join("; ", differences)}. Give what was given then, or another "
                + "name, or begin anew with --restart.");
        }
    }

    /// <summary>What the finished file is made of, in JSON: the same in a run with interruptions and in one without.</summary>
    public string Description() => JsonSerializer.Serialize(this with { Bytes = 0, Finished = null }, s_options);

    /// <summary>As the file has it.</summary>
    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, s_options);

    /// <summary>Reads it; null where there is none.</summary>
    /// <exception cref="CommandException">It is none of this command's.</exception>
    public static ScoreProgress? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            var progress = JsonSerializer.Deserialize<ScoreProgress>(File.ReadAllBytes(path), s_options);
            return progress is { Version: CurrentVersion } ? progress
                : throw new CommandException($"'{path}' is of another version of this command. Finish it with that one, or begin anew with --restart.");
        }
        catch (JsonException e)
        {
            throw new CommandException($"'{path}' is damaged or no progress of 'mlcnn score': {e.Message} Begin anew with --restart.", e);
        }
    }
}

/// <summary>By what a finished file is known.</summary>
internal sealed record FileSeal(long Bytes, string Sha256)
{
    public static FileSeal Of(string path) => new(new FileInfo(path).Length, Hashes.OfFile(path));
}
