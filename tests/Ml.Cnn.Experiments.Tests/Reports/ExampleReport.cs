using Ml.Cnn.Evaluation.Scores;
using Ml.Cnn.Experiments.Results;
using Ml.Cnn.Experiments.Tests.Results;
using Ml.Cnn.Trainers;

namespace Ml.Cnn.Experiments.Tests.Reports;

/// <summary>An experiment's result as it might have been, of any size.</summary>
internal static class ExampleReport
{
    private static readonly (string Name, double Skill, double Latency, long Bytes)[] s_networks =
    [
        ("lenet5", 0.9, 0.15, 250_000),
        ("squeezenet1_1", 1.6, 1.3, 2_900_000),
        ("mobilenet_v2", 2.3, 2.2, 8_900_000),
        ("shufflenet_v2_x1_0", 2.1, 1.6, 5_100_000),
        ("resnet18", 2.6, 5.2, 44_700_000),
        ("googlenet", 2.4, 6.8, 22_400_000),
        ("densenet121", 2.65, 14.5, 27_900_000),
        ("efficientnet_b0", 2.55, 4.6, 16_200_000),
        ("alexnet", 1.5, 8.1, 228_000_000),
        ("vgg11_bn", 2.2, 21.0, 515_000_000),
    ];

    public static CnnExperimentResult Result(int trials, int classes, int images, CnnExperimentMetric metric = CnnExperimentMetric.Accuracy)
    {
        var random = new Random(7);
        var labels = ExampleScores.Labels(images, classes, seed: 1);
        var drawn = new Dictionary<int, ImageScores>();
        var runs = Enumerable.Range(1, trials).Select(trial => Run(trial, labels, classes, random, drawn)).ToArray();
        return new(ExampleTrials.Outcome(runs, metric) with
        {
            Settings = [("Search", "ASHA over Sobol samples, then TPE"), ("Device", "CPU, 2 cores"), ("Seed", "1")],
            Limits = new() { Latency = TimeSpan.FromMilliseconds(20), ModelBytes = 300_000_000 },
            Data = new()
            {
                Form = ExperimentDataForm.Files,
                Source = "flowers/train",
                ValidationFraction = 0.2,
                SplitSeed = 3,
                Classes = [.. Enumerable.Range(1, classes).Select(i => $"class {i}")],
                TrainingImages = 4L * images,
                ValidationImages = images,
            },
        });
    }

    private static CnnRunDetail Run(int trial, int[] labels, int classes, Random random, Dictionary<int, ImageScores> drawn)
    {
        var (name, skill, latency, bytes) = s_networks[trial % s_networks.Length];
        var rate = Math.Pow(10, -3 + 2.5 * random.NextDouble());
        var distance = Math.Log10(rate) + 1.4;
        var epochs = random.Next(10) switch { < 5 => 1, < 8 => 4, 8 => 13, _ => 40 };
        var scores = Scores(labels, classes, skill - distance * distance * 0.6 + 0.3 * Math.Log(epochs), trial, drawn);
        var metrics = CnnTrialMetrics.Of(new(scores));
        var status = bytes > 300_000_000 || latency > 20 ? CnnTrialStatus.OverLimit
            : rate > 0.25 ? CnnTrialStatus.NotFinite
            : trial % 17 == 5 ? CnnTrialStatus.OutOfMemory : epochs == 1 ? CnnTrialStatus.Stopped : CnnTrialStatus.Completed;
        var isKnown = status is CnnTrialStatus.Completed or CnnTrialStatus.Stopped;
        return new()
        {
            Trial = trial,
            Configuration = ExampleTrials.Configuration(name, rate, seed: 3) with
            {
                ImageSize = random.Next(2) == 0 ? 64 : 96,
                Optimizer = random.Next(3) == 0 ? Optimizer.AdamW : Optimizer.Sgd,
                Augmentation = random.Next(2) == 0 ? "none" : "light",
            },
            Status = status,
            Reason = status switch
            {
                CnnTrialStatus.OverLimit => $"The weights have {bytes / 1e6:0} MB, and 300 MB is the limit.",
                CnnTrialStatus.NotFinite => "The loss was NaN at step 41 of epoch 1.",
                CnnTrialStatus.OutOfMemory => "Out of memory with batches of 32, 16 and 8 images.",
                _ => null,
            },
            Epochs = isKnown ? epochs : 0,
            ImagesSeen = isKnown ? epochs * 4L * labels.Length : labels.Length,
            RuntimeInSeconds = 12 * epochs,
            TrainSeconds = 10 * epochs,
            ValidationMetrics = isKnown ? metrics : null,
            History = isKnown ? ExampleTrials.History(epochs, metrics.Accuracy, 4L * labels.Length, trial) : [],
            RungScores = isKnown ? [metrics.Accuracy] : [],
            Parameters = bytes / 4,
            MultiplyAdds = (long)(latency * 1e8),
            ModelBytes = bytes,
            ImagesPerSecond = 900 / latency,
            LatencyMilliseconds = latency * (0.95 + 0.1 * random.NextDouble()),
            PeakMemory = 700_000_000,
            Scores = isKnown ? () => scores : () => null,
        };
    }

    // Of many classes the draws take long: trials then share those of fifty networks.
    private static ImageScores Scores(int[] labels, int classes, double skill, int trial, Dictionary<int, ImageScores> drawn)
    {
        var key = trial % 50;
        if (!drawn.TryGetValue(key, out var scores) || classes < 100)
            drawn[key] = scores = ExampleScores.Of(labels, classes, skill, seed: trial);
        return scores;
    }
}
