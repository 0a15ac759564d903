using System.Runtime.InteropServices;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Trainers;
using SkiaSharp;

namespace Ml.Cnn.Serving.Tests;

/// <summary>Two small models of the same classes, as files, and digits that they answer differently.</summary>
internal static class TestModels
{
    private static readonly MLContext s_mlContext = new(seed: 1);

    /// <summary>Digits as PNG files.</summary>
    public static IReadOnlyList<byte[]> Digits { get; } = [.. s_mlContext.Data.GenerateDigits(40).GetColumn<byte[]>("Image").Select(Png)];

    public static byte[] First { get; } = Train(seed: 1);

    public static byte[] Second { get; } = Train(seed: 2);

    /// <summary>How probable each of the models finds its answer to the first digit.</summary>
    public static float FirstAnswer { get; } = Answer(First);

    /// <inheritdoc cref="FirstAnswer"/>
    public static float SecondAnswer { get; } = Answer(Second);

    /// <summary>Puts a model into the place of another as programs do that mean it well: written beside, then moved.</summary>
    public static void Replace(string path, byte[] model)
    {
        File.WriteAllBytes(path + ".new", model);
        File.Move(path + ".new", path, overwrite: true);
    }

    private static byte[] Train(int seed)
    {
        var mlContext = new MLContext(seed);
        var data = mlContext.Data.GenerateDigits(300);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                Epochs = 1,
                Device = "cpu",
                Seed = seed,
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        using var file = new MemoryStream();
        mlContext.Model.Save(pipeline.Fit(data), data.Schema, file);
        return file.ToArray();
    }

    private static float Answer(byte[] model)
    {
        using var folder = new TemporaryFolder();
        using var predictor = CnnPredictor.Load(folder.Write("model.zip", model));
        return predictor.Predict(Digits[0]).Probability;
    }

    private static byte[] Png(byte[] gray)
    {
        using var bitmap = new SKBitmap(28, 28, SKColorType.Gray8, SKAlphaType.Opaque);
        Marshal.Copy(gray, 0, bitmap.GetPixels(), gray.Length);
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }
}
