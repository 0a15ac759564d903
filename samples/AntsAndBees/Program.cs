// Photos in, transfer learning, a report out: ResNet-18 with ImageNet's weights from ML.NET's package Microsoft.ML.DnnImageFeaturizer.ResNet18, which NuGet
// restores, learns the classes of a folder of photos. Nothing else is downloaded.
//
//   dotnet run -c Release --project samples/AntsAndBees -- --data photos    a folder with a subfolder for each class, or with such folders in "train" and "val"
//   further options: --fine-tune (trains the whole network further, and looks at each photo's mirror image too), --seed 1, --out ants-and-bees
//
// Without --data: ants and bees, where the reference data of the repository lies beside it.

using System.Diagnostics;
using System.Globalization;
using AntsAndBees;
using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.OnnxConverter;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

if (Arguments.Parse(args) is not { } arguments)
    return 2;
var watch = Stopwatch.StartNew();
var mlContext = new MLContext(arguments.Seed);
var (train, validation) = Photos.Find(mlContext, arguments.Data);

// snippet: dnn-image-featurizer
var network = PretrainedWeights.DnnImageFeaturizerResNet18; // ImageNet's weights, from the app's folder
var trainer = mlContext.MulticlassClassification.Trainers.Cnn(network, new CnnOptions
{
    FeatureColumnName = "Image",
    Freeze = Freezing.Backbone, // the head alone learns the photos' classes
});
var pipeline = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(trainer);
var model = pipeline.Fit(train);
// end snippet
CnnClassifier classifier = model.LastTransformer;
List<string> about =
[
    $"network: {network.Name}, 224 × 224 pixels, weights of ImageNet",
    $"photos: {arguments.Data}, seed {arguments.Seed}",
    "training: the head, the backbone frozen, with the library's defaults",
];

if (arguments.FineTune)
{
    // snippet: fine-tune
    var tuning = mlContext.MulticlassClassification.Trainers.Cnn(network, new CnnOptions
    {
        FeatureColumnName = "Image",
        Weights = model.LastTransformer, // its head has learned already
        Epochs = 3,
        // Each stage at 1/2.6 of the next one's rate (Howard and Ruder 2018, section 3.2).
        StageLearningRates = [.. Enumerable.Range(1, network.Stages.Count).Select(stage => Math.Pow(2.6, stage - network.Stages.Count))],
        Augmentation = ImageAugmentation.Preset("light"),
    });
    model = mlContext.Transforms.Conversion.MapValueToKey("Label").Append(tuning).Fit(train);
    classifier = model.LastTransformer.WithTestTimeAugmentation(TestTimeAugmentation.Flip);
    // end snippet
    about.Add("then: all layers, 3 epochs, the learning rate of each stage 1/2.6 of the next one's, augmentation \"light\"");
    about.Add("scores: the mean over a photo and its mirror image");
}

var toKey = model.First();
var scored = classifier.Transform(toKey.Transform(validation));
var report = new Report(mlContext, scored, classifier.ClassNames);
Directory.CreateDirectory(arguments.Out);
var toValue = mlContext.Transforms.Conversion.MapKeyToValue("PredictedLabel").Fit(scored);
var whole = new TransformerChain<ITransformer>(toKey, classifier, toValue);
mlContext.Model.SaveAtomically(whole, train.Schema, Path.Join(arguments.Out, "model.zip"));
about.Add(string.Create(CultureInfo.InvariantCulture, $"time: {watch.Elapsed.TotalSeconds:0} s"));
report.Save(Path.Join(arguments.Out, "report.md"), "Photos told apart", about);
Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
    $"Accuracy {report.Accuracy:P2} after {watch.Elapsed.TotalSeconds:0} s. Report and model are in {arguments.Out}."));
return 0;
