using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Trainers.Tests;

/// <summary>Pixels on a scale from 0 to 1, which lead to networks that see nothing.</summary>
[TestClass]
public sealed class PixelScaleTests
{
    private const string Words = "pixels from 0 to 255 are expected";

    /// <summary>Protects those who divide by 255 themselves: Fit and InspectImages say which scale is expected.</summary>
    [TestMethod]
    [DataRow(1 / 255f, 0f, true, DisplayName = "0 to 1")]
    [DataRow(2 / 255f, -1f, true, DisplayName = "-1 to 1")]
    [DataRow(1f, 0f, false, DisplayName = "0 to 255")]
    [DataRow(0f, 0f, false, DisplayName = "black")]
    public void Numbers_up_to_1_are_warned_of(float scale, float offset, bool isWarned)
    {
        var mlContext = new MLContext(seed: 1);
        var rows = mlContext.Data.CreateEnumerable<Digit>(mlContext.Data.GenerateDigits(60), reuseRowObject: false)
            .Select(digit => new Numbers { Image = [.. digit.Image.Select(value => value * scale + offset)], Label = digit.Label }).ToArray();
        var data = mlContext.Data.LoadFromEnumerable(rows);
        var messages = mlContext.Listen();

        mlContext.FitLeNet(data);
        var ofFit = messages.Where(message => message.Contains(Words, StringComparison.Ordinal)).ToArray();
        messages.Clear();
        var report = mlContext.Data.InspectImages(data);

        Assert.HasCount(isWarned ? 1 : 0, ofFit);
        CollectionAssert.AreEqual(ofFit, messages.Where(message => message.Contains(Words, StringComparison.Ordinal)).ToArray());
        Assert.IsTrue(ofFit.All(message => message.StartsWith("Warning: The numbers in the column 'Image'", StringComparison.Ordinal)));
        Assert.AreEqual((60L, 28, 60L), (report.Images, report.Sizes.MaxWidth, report.Channels.Gray));
    }

    /// <summary>Protects bytes, whose scale the type fixes, from being warned of: an image of zeros and ones is a dark image.</summary>
    [TestMethod]
    public void Bytes_are_not_warned_of()
    {
        var mlContext = new MLContext(seed: 1);
        var rows = mlContext.Data.CreateEnumerable<Digit>(mlContext.Data.GenerateDigits(20), reuseRowObject: false)
            .Select(digit => new Digit { Image = [.. digit.Image.Select(value => (byte)(value / 200))], Label = digit.Label }).ToArray();
        var messages = mlContext.Listen();
        mlContext.FitLeNet(mlContext.Data.LoadFromEnumerable(rows));
        Assert.IsFalse(messages.Any(message => message.Contains(Words, StringComparison.Ordinal)));
    }

    private sealed class Numbers
    {
        [VectorType(28, 28, 1)]
        public float[] Image { get; set; } = [];

        public string Label { get; set; } = "";
    }
}
