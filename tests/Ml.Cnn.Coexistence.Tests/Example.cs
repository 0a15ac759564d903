using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Coexistence.Tests;

/// <summary>A digit, zero or one, and a sentence with a mood that one word tells: what both libraries learn from the same rows.</summary>
internal sealed class Example
{
    private static readonly string[] s_things = ["The film", "The meal", "The song", "The book", "The walk", "The talk", "The game", "The trip"];

    [VectorType(28, 28, 1)]
    public required byte[] Image { get; init; }

    public required string Label { get; init; }

    public required string Text { get; init; }

    public required string Mood { get; init; }

    public static IReadOnlyList<Example> All { get; } = [.. ZerosAndOnes().Take(32).Select((digit, i) => new Example
    {
        Image = digit.Image,
        Label = digit.Label,
        Text = $"{s_things[i / 2 % s_things.Length]} was {(i % 2 == 0 ? "wonderful" : "terrible")}.",
        Mood = i % 2 == 0 ? "glad" : "sad",
    })];

    public static IDataView View(MLContext mlContext) => mlContext.Data.LoadFromEnumerable(All);

    private static IEnumerable<(byte[] Image, string Label)> ZerosAndOnes()
    {
        var digits = new MLContext().Data.GenerateDigits(320);
        return digits.GetColumn<byte[]>("Image").Zip(digits.GetColumn<string>("Label")).Where(digit => digit.Second is "0" or "1");
    }
}
