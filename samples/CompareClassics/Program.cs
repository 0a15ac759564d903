// The classic networks on one data set, from LeNet-5 (1998) to EfficientNet (2019), all trained alike: a table and the picture "accuracy against cost". Then
// the experiment that made ResNet: plain and residual networks of 20 and 56 layers (He et al. 2015, section 4.2).
//
//   dotnet run -c Release --project samples/CompareClassics                                drawn digits: no files needed
//   dotnet run -c Release --project samples/CompareClassics -- --data flowers --size 64    a folder with a subfolder for each class
//   further options: --epochs 10, --out classics
//
// A minute of LeNet-5 is an hour of DenseNet-121: 2,000 images of 64×64 and 10 epochs take about 40 minutes on two cores. Stopped by Ctrl+C, the same command
// goes on.

using CompareClassics;
using Microsoft.ML;
using Ml.Cnn.Experiments;

string[] classics =
[
    "lenet5", "alexnet", "vgg11", "googlenet", "resnet18", "squeezenet1_1", "densenet121", "mobilenet_v2", "shufflenet_v2_x1_0", "efficientnet_b0",
];
string[] depths = ["plain20_cifar", "resnet20_cifar", "plain56_cifar", "resnet56_cifar"];

if (Arguments.Parse(args) is not { } arguments)
    return 2;
using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, key) =>
{
    key.Cancel = true;
    stop.Cancel();
};
var mlContext = new MLContext(seed: 1);
var images = arguments.Data is { } folder ? mlContext.Data.LoadImageFolder(folder) : mlContext.Data.GenerateDigits(2000);
var loading = arguments.Data is null ? null : mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath");

var compared = Compare("classics", classics, arguments.Size);
if (stop.IsCancellationRequested)
    return 130;
compared.SaveCostImage(Path.Join(arguments.Out, "accuracy-against-cost.png"), CnnTrialCost.MultiplyAdds);
Console.WriteLine($"The picture is {Path.Join(arguments.Out, "accuracy-against-cost.png")}, the report {Path.Join(arguments.Out, "classics", "report.html")}.");

Console.WriteLine();
Console.WriteLine("Deeper is better only with a way around: plain and residual networks.");
Compare("depth", depths, imageSize: 32);
return stop.IsCancellationRequested ? 130 : 0;

// All networks at their own settings, for as many epochs, compared on the same fifth of the images.
CnnExperimentResult Compare(string name, string[] networks, int imageSize)
{
    var folder = Path.Join(arguments.Out, name);
    var experiment = mlContext.MulticlassClassification.CreateCnnExperiment(new CnnExperimentSettings
    {
        Architectures = networks,
        Search = CnnSearchMethod.EqualShares,
        FirstRungEpochs = arguments.Epochs,
        MaximumEpochs = arguments.Epochs,
        Budget = ExperimentBudget.Trials(networks.Length),
        SearchSpace = new CnnSearchSpace { ImageSizes = [imageSize], Weights = PretrainedWeightsUse.Never },
        FeatureColumnName = "Image",
        Folder = folder,
        Resume = Directory.Exists(folder),
        CancellationToken = stop.Token,
    });
    var result = experiment.Execute(images, preFeaturizer: loading, progressHandler: new Told());
    Console.WriteLine(result.Leaderboard.ToText());
    return result;
}
