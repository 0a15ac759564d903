using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Results.Writing;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Reports.Winner;

/// <summary>
/// The best trial as a C# program of its own: the same images, the same split, the same settings and the same seed, and so the same weights, to the bit on
/// the same machine with as many threads.
/// </summary>
internal static class WinnerProgram
{
    public static string Write(CnnRunDetail run, ExperimentOutcome outcome)
    {
        var (data, configuration) = (outcome.Data, run.Configuration);
        var isFiles = data.Form == ExperimentDataForm.Files;
        var isSplit = data.ValidationFraction is not null;
        var validates = isSplit || data.HasValidationSet;
        var train = isSplit ? "split.TrainSet" : "images";
        var model = data.HasValidationSet ? "args[2]" : "args[1]";
        return string.Join('\n', (IEnumerable<string>)
        [
            .. Heading(run, outcome),
            "using Microsoft.ML;",
            "using Microsoft.ML.Transforms;",
            "using Ml.Cnn.Trainers;",
            "using Ml.Cnn.Transforms;",
            "",
            $"if (args.Length != {(data.HasValidationSet ? 3 : 2)})",
            "{",
            $"    Console.Error.WriteLine(\"Arguments: {Argument(data.Form)} {(data.HasValidationSet ? "VALIDATION " : "")}MODEL.zip\");",
            "    return 2;",
            "}",
            "",
            $"var mlContext = new MLContext(seed: {CSharpLiteral.Of(configuration.Seed)});",
            "IDataView images = Load(args[0]);",
            .. isSplit ? (string[])
            [
                $"var split = mlContext.Data.TrainTestSplitByClass(images, testFraction: {CSharpLiteral.Of(data.ValidationFraction!.Value)}, "
                    + $"seed: {CSharpLiteral.Of(data.SplitSeed)});",
            ] : [],
            "var preparation = mlContext.Transforms.Conversion",
            "    .MapValueToKey(\"Label\", keyOrdinality: ValueToKeyMappingEstimator.KeyOrdinality.ByValue)"
                + (isFiles ? "" : ";"),
            .. isFiles ? (string[])["    .Append(mlContext.Transforms.LoadRawImageBytes(\"Image\", null, \"ImagePath\"));"] : [],
            "",
            "var options = new CnnOptions",
            "{",
            "    FeatureColumnName = \"Image\",",
            .. Options(run, outcome).Select(option => $"    {option},"),
            .. validates ? (string[])
                [$"    ValidationSet = preparation.Fit({train}).Transform({(isSplit ? "split.TestSet" : LoadingOfValidation(data.Form))}),"] : [],
            "};",
            "var pipeline = preparation",
            $"    .Append(mlContext.MulticlassClassification.Trainers.Cnn({CSharpLiteral.Of(run.TrainerName)}, options))",
            "    .Append(mlContext.Transforms.Conversion.MapKeyToValue(\"PredictedLabel\"));",
            "",
            $"ITransformer model = pipeline.Fit({train});",
            $"mlContext.Model.SaveAtomically(model, {train}.Schema, {model});",
            "Console.WriteLine(CnnTransformer.Find(model)!.History[^1]);",
            "return 0;",
            "",
            .. Loading(data),
            "",
        ]);
    }

    private static IEnumerable<string> Heading(CnnRunDetail run, ExperimentOutcome outcome)
    {
        var value = Figures.Value(outcome.Metric, run.ValidationMetrics?.Of(outcome.Metric));
        yield return $"// {run.TrainerName}, trial {run.Trial} of an experiment: {Figures.Name(outcome.Metric).ToLowerInvariant()} {value} on the "
            + "validation images" + (outcome.Data.Folds is { } folds ? $", the mean over {folds} folds." : ".");
        if (outcome.Data.Folds is not null)
            yield return "// It trains on all images: there is none apart that could validate.";
        yield return "// Needs the packages Ml.Cnn.Trainers, Microsoft.ML.ImageAnalytics and TorchSharp-cpu, or TorchSharp-cuda-linux or -windows for a GPU.";
    }

    private static IEnumerable<string> Options(CnnRunDetail run, ExperimentOutcome outcome)
    {
        var configuration = run.Configuration;
        yield return $"Epochs = {CSharpLiteral.Of(run.Epochs)}";
        yield return $"Schedule = LearningRateSchedule.CosineRestarts({CSharpLiteral.Of(outcome.Rungs.FirstEpochs)}, {CSharpLiteral.Of(outcome.Rungs.Factor)})";
        yield return $"LearningRate = {CSharpLiteral.Of(configuration.LearningRate)}";
        yield return $"Optimizer = Optimizer.{configuration.Optimizer}";
        yield return $"WeightDecay = {CSharpLiteral.Of(configuration.WeightDecay)}";
        yield return $"BatchSize = {CSharpLiteral.Of(configuration.BatchSize)}";
        yield return $"ImageSize = {CSharpLiteral.Of(configuration.ImageSize)}";
        yield return SettingsText.IsNone(configuration.Augmentation) ? "Augmentation = ImageAugmentation.None"
            : $"Augmentation = ImageAugmentation.Preset({CSharpLiteral.Of(configuration.Augmentation)})";
        if (configuration.Weights is { } weights)
            yield return $"Weights = {CSharpLiteral.Of(weights)}";
        if (configuration.Freeze != Freezing.None)
            yield return $"Freeze = Freezing.{configuration.Freeze}";
        if (outcome.Metric == CnnExperimentMetric.LogLoss) // by which the best epoch is chosen
            yield return "EarlyStopping = new() { Metric = EarlyStoppingMetric.ValidationLoss, Patience = int.MaxValue }";
        else if (configuration.Weights is not null)
            yield return "EarlyStopping = EarlyStopping.Never";
        yield return $"Seed = {CSharpLiteral.Of(configuration.Seed)}";
        if (outcome.Threads is { } threads)
            yield return $"NetworkThreads = {CSharpLiteral.Of(threads)}";
    }

    private static string Argument(ExperimentDataForm form) => form switch
    {
        ExperimentDataForm.Files => "FOLDER|LIST.csv",
        ExperimentDataForm.Archive => "ARCHIVE",
        ExperimentDataForm.Digits => "COUNT",
        _ => "FOLDER",
    };

    private static string LoadingOfValidation(ExperimentDataForm form) =>
        form is ExperimentDataForm.Files or ExperimentDataForm.Archive ? "Load(args[1])" : "Load(args[1], isTraining: false)";

    private static IEnumerable<string> Loading(ExperimentData data) => data.Form switch
    {
        ExperimentDataForm.Files =>
        [
            "// A folder with a subfolder for each class, or a list of paths and labels.",
            "IDataView Load(string source) => Directory.Exists(source) ? mlContext.Data.LoadImageFolder(source) : mlContext.Data.LoadImageList(source);",
        ],
        ExperimentDataForm.Archive => ["IDataView Load(string source) => mlContext.Data.LoadImageArchive(source);"],
        ExperimentDataForm.Digits =>
        [
            "// Another seed draws other digits to validate with.",
            "IDataView Load(string source, bool isTraining = true) => mlContext.Data.GenerateDigits(int.Parse(source), seed: isTraining ? 1 : 2);",
        ],
        _ =>
        [
            "IDataView Load(string source, bool isTraining = true) =>",
            $"    mlContext.Data.Load{data.Form}(source, isTraining ? Ml.Cnn.Transforms.DataSplit.Train : Ml.Cnn.Transforms.DataSplit.Test);",
        ],
    };
}
