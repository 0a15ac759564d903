using System.Globalization;
using Microsoft.Extensions.Options;
using Microsoft.ML;
using Ml.Cnn.Extensions;
using Ml.Cnn.Trainers;

namespace WebApi;

/// <summary>A model to begin with: LeNet-5 on digits that a program draws. samples/Digits tells more of it.</summary>
internal static class FirstModel
{
    /// <summary>Trains where there is no model, unless the settings say otherwise ("TrainDigits": false).</summary>
    public static void TrainIfMissing(WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<CnnPredictorServiceOptions>>().Value;
        var path = Path.GetFullPath(options.ModelPath, app.Environment.ContentRootPath);
        if (File.Exists(path) || !app.Configuration.GetValue("TrainDigits", defaultValue: true))
            return;
        Console.WriteLine($"There is no {path}: a model of digits is trained, which takes less than a minute.");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Train(path);
    }

    private static void Train(string path)
    {
        var mlContext = new MLContext(seed: 1);
        var train = mlContext.Data.GenerateDigits(6000, seed: 1);
        var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
            .Append(mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
            {
                FeatureColumnName = "Image",
                Epochs = 5,
                EpochCallback = epoch => Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
                    $"  epoch {epoch.Epoch}: loss {epoch.Loss:0.000}, accuracy {epoch.Accuracy:P1}")),
            }))
            .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));
        var model = pipeline.Fit(train);
        mlContext.Model.SaveAtomically(model, train.Schema, path);
        (model as IDisposable)?.Dispose();
    }
}
