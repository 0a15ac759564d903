namespace MlCnn.Cli.BulkScoring;

/// <summary>How rows are written.</summary>
internal enum ScoreFormat
{
    /// <summary>Comma-separated values with a header (RFC 4180), in UTF-8.</summary>
    Csv,

    /// <summary>One JSON object per line, in UTF-8.</summary>
    JsonLines,

    /// <summary>Apache Parquet.</summary>
    Parquet,
}

/// <summary>Formats by the ending of a file's name, and what writes and reads them.</summary>
internal static class ScoreFormats
{
    public const string Endings = ".csv, .jsonl, .ndjson or .parquet";

    /// <summary>The format that a file's name ends with; null where it ends otherwise.</summary>
    public static ScoreFormat? ByEnding(string path) => Path.GetExtension(path).ToLowerInvariant() switch
    {
        ".csv" => ScoreFormat.Csv,
        ".jsonl" or ".ndjson" => ScoreFormat.JsonLines,
        ".parquet" => ScoreFormat.Parquet,
        _ => null,
    };

    /// <summary>The format in which rows are appended to a file while images are scored: that of lines, which can be cut off anywhere.</summary>
    public static ScoreFormat OfJournal(ScoreFormat format) => format == ScoreFormat.Parquet ? ScoreFormat.JsonLines : format;

    /// <summary>Writes rows to a stream, which stays open.</summary>
    /// <param name="format">How.</param>
    /// <param name="stream">At its end.</param>
    /// <param name="top">How many classes of an image are written.</param>
    /// <param name="isContinued">Whether the stream holds rows already.</param>
    /// <param name="metadata">What a Parquet file says of itself.</param>
    public static IScoreWriter Write(ScoreFormat format, Stream stream, int top, bool isContinued = false, string metadata = "") => format switch
    {
        ScoreFormat.Csv => new CsvScoreWriter(stream, top, isContinued),
        ScoreFormat.JsonLines => new JsonLinesScoreWriter(stream),
        _ => new ParquetScoreWriter(stream, top, metadata),
    };

    /// <summary>The rows of a file, one after the other.</summary>
    /// <exception cref="InvalidDataException">The file is of another format.</exception>
    public static IEnumerable<ScoreRow> Read(ScoreFormat format, string path) => format switch
    {
        ScoreFormat.Csv => CsvScoreReader.Read(path),
        ScoreFormat.JsonLines => JsonLinesScoreReader.Read(path),
        _ => ParquetScoreReader.Read(path),
    };
}
