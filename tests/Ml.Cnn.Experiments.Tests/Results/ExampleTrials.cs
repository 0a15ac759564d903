using System.Globalization;
using System.Text.Json;
using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Tests.Results;

/// <summary>Trials of networks that were never trained, with drawn scores.</summary>
internal static class ExampleTrials
{
    public static TrialConfiguration Configuration(string architecture = "resnet18", double learningRate = 0.05, int seed = 1) => new()
    {
        Architecture = architecture,
        ImageSize = 64,
        BatchSize = 32,
        LearningRate = learningRate,
        Optimizer = Optimizer.Sgd,
        WeightDecay = 0.0005,
        Augmentation = "light",
        Seed = seed,
    };

    public static CnnTrialMetrics Metrics(double accuracy, double logLoss = 1, long images = 1000) => new()
    {
        Accuracy = accuracy,
        MacroAccuracy = accuracy,
        LogLoss = logLoss,
        Top5Accuracy = Math.Min(1, accuracy + 0.1),
        MacroF1 = accuracy,
        Images = images,
    };

    /// <summary>A trial with scores, and the metrics that follow from them.</summary>
    public static CnnRunDetail Run(int trial, ImageScores scores, TrialConfiguration? configuration = null, double latency = 5,
        long bytes = 10_000_000) => new()
        {
            Trial = trial,
            Configuration = configuration ?? Configuration(),
            Status = CnnTrialStatus.Completed,
            Epochs = 4,
            ValidationMetrics = CnnTrialMetrics.Of(new(scores)),
            LatencyMilliseconds = latency,
            ModelBytes = bytes,
            Parameters = bytes / 4,
            Scores = () => scores,
        };

    public static ExperimentOutcome Outcome(IReadOnlyList<CnnRunDetail> runs, CnnExperimentMetric metric = CnnExperimentMetric.Accuracy) => new()
    {
        Runs = runs,
        Metric = metric,
        Budget = ExperimentBudget.Time(TimeSpan.FromMinutes(20)),
        Spent = new(TimeSpan.FromMinutes(19.6), runs.Sum(run => run.ImagesSeen), runs.Count),
        EndReason = "no trial that can win is left",
        Rungs = new(firstEpochs: 1, factor: 3, maximumEpochs: 40),
        Data = new()
        {
            Form = ExperimentDataForm.Files,
            Source = "flowers/train",
            ValidationFraction = 0.2,
            SplitSeed = 1,
            Classes = ["daisy", "rose", "tulip"],
            TrainingImages = 4000,
            ValidationImages = 1000,
        },
    };

    /// <summary>Epochs whose accuracy rises to a value, with a fall wherever a rung begins.</summary>
    public static IReadOnlyList<CnnEpoch> History(int epochs, double accuracy, long images, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(1, epochs).Select(epoch =>
        {
            var restarts = epoch is 2 or 5 or 14 ? 0.85 : 1;
            var reached = Math.Clamp(accuracy * (1 - 0.6 * Math.Exp(-1.2 * epoch)) * restarts + 0.01 * ExampleScores.Normal(random), 0, 1);
            return Epoch(epoch, epochs, reached, images);
        })];
    }

    private static CnnEpoch Epoch(int epoch, int epochs, double accuracy, long images) => JsonSerializer.Deserialize<CnnEpoch>(string.Create(
        CultureInfo.InvariantCulture, $$"""
        {
          "epoch": {{epoch}}, "epochs": {{epochs}}, "loss": 1, "accuracy": {{accuracy}}, "validationAccuracy": {{accuracy}},
          "validationLoss": {{2.2 * (1 - accuracy) + 0.05}}, "learningRate": 0.1, "images": {{images}}, "seconds": 10, "isBest": true
        }
        """), JsonSerializerOptions.Web)!;
}
