// LeNet-5 learns to read digits: train, evaluate, save, load, predict.
//
//   dotnet run --project samples/Digits                       digits drawn by a program: no files needed
//   dotnet run --project samples/Digits -- --data mnist       MNIST's files from the folder "mnist"
//   further options: --epochs 10, --out model.zip

using Digits;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using Spectre.Console;

var arguments = Arguments.Parse(args);
if (arguments is null)
    return 2;

// The data: a column "Image" of 28 × 28 bytes and a column "Label" of text.
var mlContext = new MLContext(seed: 1);
IDataView train, validation, test;
if (arguments.Data is null)
{
    train = mlContext.Data.GenerateDigits(6000, seed: 1);
    validation = mlContext.Data.GenerateDigits(1000, seed: 2);
    test = mlContext.Data.GenerateDigits(1000, seed: 3);
}
else
{
    var split = mlContext.Data.TrainTestSplit(mlContext.Data.LoadMnist(arguments.Data), testFraction: 0.1);
    (train, validation) = (split.TrainSet, split.TestSet);
    test = mlContext.Data.LoadMnist(arguments.Data, DataSplit.Test);
}

// The pipeline: labels become keys, the network learns, and its predictions become labels again. A bar shows every epoch.
var toKey = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(train);
ProgressContext? bars = null;
ProgressTask? bar = null;
var network = mlContext.MulticlassClassification.Trainers.LeNet(new LeNetOptions
{
    FeatureColumnName = "Image",
    Epochs = arguments.Epochs,
    ValidationSet = toKey.Transform(validation),
    Progress = new EachStep(step =>
    {
        if (bar is null || bar.IsFinished)
            bar = bars!.AddTask("epoch", maxValue: step.ImagesInEpoch);
        bar.Description = $"epoch {step.Epoch}: {step.ImagesPerSecond:N0} images/s, loss {step.Loss:0.000}";
        bar.Value = step.Images;
    }),
    EpochCallback = epoch =>
        bar!.Description = $"epoch {epoch.Epoch}: loss {epoch.Loss:0.000}, accuracy {epoch.Accuracy:P1}, validation {epoch.ValidationAccuracy:P1}",
});
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label")
    .Append(network)
    .Append(mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel"));

// Train.
var model = AnsiConsole.Progress()
    .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn { Width = 20 }, new PercentageColumn())
    .Start(started =>
    {
        bars = started;
        return pipeline.Fit(train);
    });

// Evaluate on images that it has not seen.
var metrics = mlContext.MulticlassClassification.Evaluate(model.Transform(test), topKPredictionCount: 2);
Console.WriteLine($"Test accuracy {metrics.MicroAccuracy:P2}, right among the first two {metrics.TopKAccuracy:P2}, log loss {metrics.LogLoss:0.000}");

// Save, and load as another program would.
mlContext.Model.SaveAtomically(model, train.Schema, arguments.Out);
var loaded = mlContext.Model.Load(arguments.Out, out _);
Console.WriteLine($"Saved to {arguments.Out} and loaded again.");

// Predict single images.
using var engine = mlContext.Model.CreatePredictionEngine<Digit, Reading>(loaded);
foreach (var digit in mlContext.Data.CreateEnumerable<Digit>(test, reuseRowObject: false).Take(4))
{
    var reading = engine.Predict(digit);
    AsciiArt.Write(digit.Image);
    Console.WriteLine($"This is a {reading.PredictedLabel}, with a probability of {reading.Score.Max():P1}. (It is a {digit.Label}.)");
}
return 0;
