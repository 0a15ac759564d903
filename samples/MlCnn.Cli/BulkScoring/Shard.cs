using System.Globalization;
using System.Text.Json.Serialization;

namespace MlCnn.Cli.BulkScoring;

/// <summary>
/// A part of the images: of the order of the images, the images number - 1, number - 1 + count, number - 1 + 2 · count and so on,
/// as the ranks of a training share them.
/// </summary>
/// <remarks>
/// A function of an image's place alone: which machine scores it and when plays no part. Every shard has as many images as every other, but for one, and
/// classes and folders with large images are spread over all shards, so that these take equally long. A hash of the path would do without an order, but shards
/// of 64 would differ by several percent, and the merged file could not be in the order of the images. Ranges would have to know the number of images first.
/// </remarks>
/// <param name="Number">From 1 to <paramref name="Count"/>, as people count.</param>
/// <param name="Count">How many shards there are; 1: all images.</param>
internal sealed record Shard(int Number, int Count)
{
    /// <summary>What files say of the division.</summary>
    public const string Rule = "image i, counted from 0 in the order of the images, is in shard i mod count + 1";

    public static Shard Whole { get; } = new(1, 1);

    [JsonIgnore]
    public bool IsWhole => Count == 1;

    /// <param name="image">Its place among all images, from 0.</param>
    public bool Owns(long image) => image % Count == Number - 1;

    /// <summary>How many of all images are in it.</summary>
    public long ImagesOf(long all) => (all - (Number - 1) + Count - 1) / Count;

    /// <summary>The shard's own file: "scores-03-of-64.csv" for "scores.csv", and "scores.csv" itself where there is one shard.</summary>
    public string FileFor(string path) => IsWhole ? path : Path.Join(Path.GetDirectoryName(path),
        $"{Path.GetFileNameWithoutExtension(path)}-{Padded(Number)}-of-{Padded(Count)}{Path.GetExtension(path)}");

    public override string ToString() => FormattableString.Invariant($"{Number}/{Count}");

    private string Padded(int number) => number.ToString(CultureInfo.InvariantCulture).PadLeft(Count.ToString(CultureInfo.InvariantCulture).Length, '0');
}
