using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using SkiaSharp;

namespace MlCnn.Docs;

/// <summary>Digits that a LeNet has never seen, each above the class it names and the probability it gives.</summary>
internal static class DigitsImage
{
    private const int Columns = 12;
    private const int Rows = 5;
    private const int Side = 56;
    private const int Caption = 20;
    private const int Gap = 10;

    public static void Write(string path)
    {
        var mlContext = new MLContext(seed: 1);
        var trainer = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
        {
            FeatureColumnName = "Image",
            Epochs = 5,
            Device = "cpu",
            EpochCallback = epoch => Console.WriteLine($"epoch {epoch.Epoch}: loss {epoch.Loss:F3}, accuracy {epoch.Accuracy:P1}"),
        });
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(trainer)
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(mlContext.Data.GenerateDigits(6000, seed: 1));
        var test = model.Transform(mlContext.Data.GenerateDigits(1000, seed: 2));
        Console.WriteLine($"accuracy on 1000 other digits: {mlContext.MulticlassClassification.Evaluate(test).MicroAccuracy:P1}");

        test = mlContext.Transforms.Conversion.MapKeyToValue("Label").Fit(test).Transform(test);
        using var sheet = Draw(mlContext.Data.CreateEnumerable<Digit>(test, reuseRowObject: false).Take(Columns * Rows));
        using var png = sheet.Encode(SKEncodedImageFormat.Png, quality: 100);
        using var file = File.Create(path);
        png.SaveTo(file);
    }

    private static SKBitmap Draw(IEnumerable<Digit> digits)
    {
        var sheet = new SKBitmap(Columns * (Side + Gap) + Gap, Rows * (Side + Caption + Gap) + Gap);
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        using var typeface = SKTypeface.FromFamilyName("DejaVu Sans");
        using var text = new SKPaint { IsAntialias = true, TextSize = 13, TextAlign = SKTextAlign.Center, Typeface = typeface };
        var place = 0;
        foreach (var digit in digits)
        {
            var x = Gap + place % Columns * (Side + Gap);
            var y = Gap + place / Columns * (Side + Caption + Gap);
            using var image = ToBitmap(digit.Image);
            using var paint = new SKPaint { FilterQuality = SKFilterQuality.None };
            canvas.DrawBitmap(image, SKRect.Create(x, y, Side, Side), paint);
            text.Color = digit.PredictedLabel == digit.Label ? SKColors.Black : SKColors.Red;
            var caption = string.Create(CultureInfo.InvariantCulture, $"{digit.PredictedLabel}  {digit.Score.Max():P0}");
            canvas.DrawText(caption, x + Side / 2f, y + Side + 15, text);
            place++;
        }
        return sheet;
    }

    private static SKBitmap ToBitmap(byte[] gray)
    {
        var bitmap = new SKBitmap(new SKImageInfo(28, 28, SKColorType.Gray8, SKAlphaType.Opaque));
        for (var y = 0; y < 28; y++)
            Marshal.Copy(gray, y * 28, bitmap.GetPixels() + y * bitmap.RowBytes, 28);
        return bitmap;
    }

    private sealed class Digit
    {
        [VectorType(28, 28, 1)]
        public byte[] Image { get; set; } = [];

        public string Label { get; set; } = "";

        public string PredictedLabel { get; set; } = "";

        public float[] Score { get; set; } = [];
    }
}
