namespace MlCnn.Cli.BulkScoring;

/// <summary>What is written of an image.</summary>
/// <param name="Image">Its path from the data's folder, list or archive, with forward slashes; its number from 0 where images are no files.</param>
/// <param name="Top">The most probable classes, best first; empty for an image that could not be scored.</param>
/// <param name="Error">Why it could not be scored; null where it was.</param>
internal sealed record ScoreRow(string Image, IReadOnlyList<LabelEntry> Top, string? Error);
