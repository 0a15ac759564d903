// CIFAR-10 to 94 % against the clock (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU"): the network "cifar_speed" by the recipe that goes with
// it. Prints the clock after every epoch, and at the end what the test images say: of one look at each, and of six (its shifts and their mirror images).
//
//   dotnet run -c Release --project samples/CifarSpeedrun                     the reference data beside the repository, or with --data:
//   dotnet run -c Release --project samples/CifarSpeedrun -- --data cifar-10-batches-bin --runs 5
//   further options: --seed 1, --epochs 10, --share 0.1 (of the training images), --precision float32,
//   --checkpoints folder (the same command goes on after an interruption), --curve (test accuracy after every epoch, off the clock)
//
// On a GPU: dotnet run -c Release -p:TorchBackend=cuda-linux --project samples/CifarSpeedrun

using System.Diagnostics;
using System.Globalization;
using CifarSpeedrun;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (Arguments.Parse(args) is not { } arguments)
    return 2;
var mlContext = new MLContext(arguments.Seed);
var train = Load("train", DataSplit.Train);
var test = Load("test", DataSplit.Test);
if (arguments.Share < 1)
    train = mlContext.Data.TrainTestSplitByClass(train, arguments.Share).TestSet;
var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(train);
(train, test) = (keys.Transform(train), keys.Transform(test));

var runs = Enumerable.Range(arguments.Seed, arguments.Runs).Select(Run).ToArray();
if (runs.Length > 1)
{
    Console.WriteLine($"mean of {runs.Length} seeds: {runs.Average(run => run.Plain):P2} of one look, {runs.Average(run => run.Views):P2} of all, "
        + $"{runs.Average(run => run.Seconds):F0} s; from {runs.Min(run => run.Views):P2} to {runs.Max(run => run.Views):P2}");
}
return 0;

// Training's seconds alone, as the paper has it: without a look at the test images.
(double Plain, double Views, double Seconds) Run(int seed)
{
    var seconds = 0.0; // of this process
    var options = new CifarSpeedOptions
    {
        FeatureColumnName = "Image",
        Epochs = arguments.Epochs,
        Seed = seed,
        Precision = arguments.Precision,
        Cache = ImageCache.Memory, // 150 MB
        ValidationSet = arguments.Curve ? test : null,
        Checkpoints = arguments.Checkpoints is { } folder ? new() { Folder = Path.Join(folder, $"seed-{seed}"), Every = TimeSpan.FromMinutes(1), Resume = true }
            : null,
        EpochCallback = epoch =>
        {
            seconds += epoch.Seconds;
            var validated = epoch.ValidationAccuracy is { } accuracy ? $", of test images {accuracy:P2}" : "";
            Console.WriteLine($"seed {seed}, epoch {epoch.Epoch,2} of {epoch.Epochs}: {seconds,7:F1} s, {epoch.ImagesPerSecond,6:F0} images/s, "
                + $"loss {epoch.Loss:F4}, accuracy {epoch.Accuracy:P2}{validated}");
        },
    };
    var clock = Stopwatch.StartNew();
    using var network = mlContext.MulticlassClassification.Trainers.CifarSpeed(options).Fit(train);
    var fit = clock.Elapsed.TotalSeconds;
    seconds = network.History.Sum(epoch => epoch.Seconds); // of all processes that went on where another one stopped
    using var views = network.WithTestTimeAugmentation(new() { Shift = 1, Mirror = true, Average = ScoreAverage.Logits });
    var (one, all) = (Accuracy(network), Accuracy(views));
    Console.WriteLine($"seed {seed}: {one:P2} of one look, {all:P2} of {views.Views}; {seconds:F1} s of training, {fit:F1} s from the first image read to the "
        + $"model, {network.TrainingPlan}");
    return (one, all, seconds);

    double Accuracy(CnnClassifier classifier) => mlContext.MulticlassClassification.Evaluate(classifier.Transform(test)).MicroAccuracy;
}

IDataView Load(string folder, DataSplit split) => Directory.Exists(arguments.Data)
    ? mlContext.Data.LoadCifar10(arguments.Data, split)
    : mlContext.Data.LoadImageArchive(arguments.Data, folder);
