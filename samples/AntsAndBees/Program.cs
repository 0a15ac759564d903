using Microsoft.ML;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;

var mlContext = new MLContext(seed: 1);
var train = mlContext.Data.LoadImageArchive(args[0], "hymenoptera_data/train");
var val = mlContext.Data.LoadImageArchive(args[0], "hymenoptera_data/val");
var net = PretrainedWeights.DnnImageFeaturizerResNet18;
foreach (var s in net.Stages) Console.WriteLine(string.Join(' ', s));
Console.WriteLine(net.MinimumImageSize);
Console.WriteLine(net.Layers());
foreach (var seed in new[]{1,2,3})
{
var w = System.Diagnostics.Stopwatch.StartNew();
var model = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(mlContext.MulticlassClassification.Trainers.Cnn(net,
    new CnnOptions { FeatureColumnName = "Image", Freeze = Freezing.Backbone, Seed = seed })).Fit(train);
Console.WriteLine(w.Elapsed);
Console.WriteLine(mlContext.MulticlassClassification.Evaluate(model.Transform(val)).MicroAccuracy);
Console.WriteLine(w.Elapsed);
}
internal static class X { internal static string Layers(this Ml.Cnn.Trainers.Architectures.Architecture a) => a.Settings["layers"]; }
