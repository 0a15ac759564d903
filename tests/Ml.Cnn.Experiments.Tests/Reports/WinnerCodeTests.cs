using System.IO.Compression;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.ML;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Tests.Results;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Tests.Reports;

/// <summary>Protects that the winner's program compiles, whatever was chosen, and says all that was chosen; and its command line likewise.</summary>
[TestClass]
public sealed class WinnerCodeTests
{
    private static readonly Lazy<MetadataReference[]> s_references = new(() =>
    [
        .. ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path)),
    ]);

    [TestMethod]
    [DataRow("Files", "fraction")]
    [DataRow("Files", "set")]
    [DataRow("Files", "folds")]
    [DataRow("Archive", "fraction")]
    [DataRow("Archive", "set")]
    [DataRow("Mnist", "set")]
    [DataRow("Cifar10", "fraction")]
    [DataRow("Cifar100", "set")]
    [DataRow("Digits", "set")]
    public void TheProgramCompiles(string form, string validation)
    {
        var data = new ExperimentData
        {
            Form = Enum.Parse<ExperimentDataForm>(form),
            ValidationFraction = validation == "fraction" ? 0.15 : null,
            HasValidationSet = validation == "set",
            Folds = validation == "folds" ? 5 : null,
            SplitSeed = -3,
        };
        AssertCompiles(Result(ExampleTrials.Configuration(), data).WriteCode()!);
    }

    [TestMethod]
    public void EveryChoiceCompilesAndIsSaid()
    {
        foreach (var optimizer in Enum.GetValues<Optimizer>())
            AssertCompiles(Result(ExampleTrials.Configuration() with { Optimizer = optimizer, Augmentation = "none", WeightDecay = 0 }).WriteCode()!);
        var code = Result(ExampleTrials.Configuration() with
        {
            Weights = "dir\\\"my\"\nweights {ü}.pth",
            Freeze = Freezing.Backbone,
            LearningRate = 1.2345e-7,
            Seed = int.MinValue,
        }).WriteCode()!;
        AssertCompiles(code);
        Assert.Contains("""Weights = "dir\\\"my\"\u000aweights {\u00fc}.pth",""", code);
        Assert.Contains("LearningRate = 1.2345E-07,", code);
        Assert.Contains("Freeze = Freezing.Backbone,", code);
        Assert.Contains("Seed = -2147483648,", code);
        Assert.Contains("Schedule = LearningRateSchedule.CosineRestarts(1, 3),", code);
        Assert.Contains("Epochs = 4,", code);
        Assert.Contains("""Augmentation = ImageAugmentation.Preset("light"),""", code);
        Assert.Contains("TrainTestSplitByClass(images, testFraction: 0.2, seed: 1)", code);
    }

    [TestMethod]
    public void TheCommandSaysAllThatWasChosen()
    {
        Assert.AreEqual("mlcnn train --data flowers/train --arch resnet18 --epochs 4 --schedule cosinerestarts:1,3 --learning-rate 0.05 --optimizer sgd "
            + "--weight-decay 0.0005 --batch-size 32 --image-size 64 --augment light --seed 1 --validation-fraction 0.2 --out model.zip",
            Result(ExampleTrials.Configuration()).WriteCommand());
        var command = Result(ExampleTrials.Configuration() with { Weights = "it's; rm -rf.pth", Freeze = Freezing.Stages, Optimizer = Optimizer.RmsProp },
            new() { Form = ExperimentDataForm.Files, HasValidationSet = true, ValidationSource = "val set" }).WriteCommand()!;
        Assert.Contains(@"--weights 'it'\''s; rm -rf.pth' --early-stopping 4 --freeze stages", command);
        Assert.Contains("--optimizer rmsprop", command);
        Assert.Contains("--validation 'val set'", command);
    }

    [TestMethod]
    public void WhereTheCommandHasNoWordForItThereIsNone() => Assert.IsNull(Result(ExampleTrials.Configuration() with { WeightDecay = 0 }).WriteCommand());

    private static CnnExperimentResult Result(TrialConfiguration configuration, ExperimentData? data = null)
    {
        var outcome = ExampleTrials.Outcome([ExampleTrials.Run(1, ExampleScores.Of(ExampleScores.Labels(20, 3, 1), 3, 1, 1), configuration)]);
        return new(data is null ? outcome : outcome with { Data = data });
    }

    /// <summary>The program itself: it trains the network that won to the weights that won, though it never stops on the way.</summary>
    [TestMethod]
    [DataRow(CnnExperimentMetric.Accuracy, "none")]
    [DataRow(CnnExperimentMetric.LogLoss, "light")]
    public void TheProgramTrainsToTheWinnersWeights(CnnExperimentMetric metric, string augmentation)
    {
        using var folder = new TemporaryFolder();
        var mlContext = new MLContext(seed: 1);
        var images = Path.Join(folder.Path, "images");
        DigitFiles.Write(images, 120);
        var experiment = mlContext.MulticlassClassification.CreateCnnExperiment(new CnnExperimentSettings
        {
            Architectures = ["lenet5"],
            Budget = ExperimentBudget.Images(1500),
            OptimizingMetric = metric,
            SearchSpace = new() { ImageSizes = [32], Augmentations = [augmentation] },
            MaximumEpochs = 4,
            FeatureColumnName = "Image",
            Folder = Path.Join(folder.Path, "experiment"),
            Seed = 5,
            Threads = 1,
        });
        var result = experiment.Execute(mlContext.Data.LoadImageFolder(images),
            preFeaturizer: mlContext.Transforms.LoadRawImageBytes("Image", null, "ImagePath"));

        using var assembly = new MemoryStream();
        Assert.IsTrue(Compilation(result.WriteCode()!).Emit(assembly).Success);
        var model = Path.Join(folder.Path, "model.zip");
        Assert.AreEqual(0, Assembly.Load(assembly.ToArray()).EntryPoint!.Invoke(null, [new[] { images, model }]));
        CollectionAssert.AreEqual(Weights(Path.Join(folder.Path, "experiment", "best", "model.zip")), Weights(model));
        Assert.HasCount(result.BestRun!.Epochs, CnnTransformer.Find(mlContext.Model.Load(model, out _))!.History);
    }

    private static byte[] Weights(string model)
    {
        using var archive = ZipFile.OpenRead(model);
        using var weights = archive.Entries.Single(entry => entry.FullName.EndsWith("weights.safetensors", StringComparison.Ordinal)).Open();
        using var all = new MemoryStream();
        weights.CopyTo(all);
        return all.ToArray();
    }

    private static void AssertCompiles(string code)
    {
        var problems = Compilation(code).GetDiagnostics().Where(diagnostic => diagnostic.Severity >= DiagnosticSeverity.Warning).ToArray();
        Assert.IsEmpty(problems, string.Join('\n', problems.Select(problem => problem.ToString())) + "\n" + code);
    }

    private static CSharpCompilation Compilation(string code)
    {
        // What a new console project uses by itself.
        const string Implicit = "global using System; global using System.IO; global using System.Linq; global using System.Collections.Generic;";
        return CSharpCompilation.Create("winner", [CSharpSyntaxTree.ParseText(code), CSharpSyntaxTree.ParseText(Implicit)],
            s_references.Value, new(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable));
    }
}
