using Microsoft.ML;
using Ml.Cnn.Trainers;
using SkiaSharp;

namespace Ml.Cnn.Benchmarks.Web;

/// <summary>What the web service is tested with: a model that has hardly been trained, and image files.</summary>
internal static class WebModels
{
    /// <summary>Writes a model of ten classes.</summary>
    public static int Write(string path, string arch, int size, int seed)
    {
        var mlContext = new MLContext(seed);
        var data = mlContext.Data.GenerateDigits(64);
        var model = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.Cnn(arch, new CnnOptions
            {
                FeatureColumnName = "Image",
                Epochs = 1,
                BatchSize = 32,
                ImageSize = size,
                Seed = seed,
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"))
            .Fit(data);
        mlContext.Model.SaveAtomically(model, data.Schema, path);
        return 0;
    }

    /// <summary>An image with something on it, as a camera would have it.</summary>
    public static byte[] Image(int width, int height, SKEncodedImageFormat format = SKEncodedImageFormat.Jpeg, int seed = 1)
    {
        var random = new Random(seed);
        using var bitmap = new SKBitmap(width, height);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { IsAntialias = true };
        canvas.Clear(SKColors.DarkSlateGray);
        for (var i = 0; i < 60; i++)
        {
            paint.Color = new((byte)random.Next(256), (byte)random.Next(256), (byte)random.Next(256));
            canvas.DrawCircle(random.Next(width), random.Next(height), random.Next(2, width / 4), paint);
        }
        using var data = bitmap.Encode(format, quality: 90);
        return data.ToArray();
    }
}
