using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.Collectives;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;
using TorchSharp;

namespace DistributionWorker;

/// <summary>One process's part of a training.</summary>
internal static class PlannedTraining
{
    public static int Run(string json)
    {
        var plan = JsonSerializer.Deserialize<TrainingPlan>(json)!;
        var rank = Launch.Find(Environment.GetEnvironmentVariable)?.Rank ?? 0;
        try
        {
            Train(plan, rank);
            return 0;
        }
        catch (Exception e)
        {
            Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"[{rank}] {e.GetType().Name}: {e.Message}"));
            return 1;
        }
    }

    private static void Train(TrainingPlan plan, int rank)
    {
        var mlContext = new MLContext(seed: 5);
        string? features = null;
        mlContext.Log += (_, message) => features = message.Message.Contains("features of every image", StringComparison.Ordinal) ? message.Message : features;
        var concerns = plan.Rank == rank;
        var keys = mlContext.Transforms.Conversion.MapValueToKey("Label").Fit(mlContext.Data.GenerateDigits(200));
        var images = plan.Images + (concerns && plan.Event == "other data" ? 1 : 0);
        using var stop = new CancellationTokenSource();
        var options = new CnnOptions
        {
            FeatureColumnName = "Image",
            Epochs = plan.Epochs,
            BatchSize = plan.BatchSize + (concerns && plan.Event == "other options" ? 1 : 0),
            GradientAccumulation = plan.Accumulation,
            LearningRate = plan.LearningRate,
            Schedule = LearningRateSchedule.Linear,
            Augmentation = ImageAugmentation.None,
            EarlyStopping = EarlyStopping.Never,
            ImageSize = plan.Network == "lenet5" ? null : 64,
            Precision = Precision.Float32,
            Weights = plan.Backbone is { } backbone ? InitialWeights.From(backbone) : null,
            Freeze = plan.Backbone is null ? Freezing.None : Freezing.Backbone,
            MemoryLayout = plan.IsContiguous ? MemoryLayout.Contiguous : MemoryLayout.Auto,
            NetworkThreads = 1,
            ReaderThreads = 1,
            Seed = 3,
            ValidationSet = plan.ValidationImages == 0 ? null : keys.Transform(mlContext.Data.GenerateDigits(plan.ValidationImages, seed: 9)),
            Checkpoints = plan.Checkpoints is null ? null : new() { Folder = plan.Checkpoints, Every = TimeSpan.FromMilliseconds(1), Resume = true },
            CancellationToken = stop.Token,
            Distribution = new()
            {
                SynchronizedBatchNorm = plan.SynchronizedBatchNorm,
                BFloat16Gradients = plan.BFloat16Gradients,
                Patience = TimeSpan.FromSeconds(plan.Patience),
            },
        };
        if (concerns)
            options.StepCallback = step => Happen(plan, step.Step, stop);
        var model = mlContext.MulticlassClassification.Trainers.Cnn(plan.Network, options).Fit(keys.Transform(mlContext.Data.GenerateDigits(images)));

        using var scope = torch.NewDisposeScope();
        using (var file = File.Create(Path.Join(plan.Folder, FormattableString.Invariant($"rank-{rank}.safetensors"))))
            SafeTensors.Write(file, [.. model.Scorer.Network.state_dict()]);
        File.WriteAllText(Path.Join(plan.Folder, FormattableString.Invariant($"rank-{rank}.json")),
            JsonSerializer.Serialize(new TrainingRecord(model.StopReason.ToString()!, [.. model.History.Select(epoch => new EpochRecord(epoch.Epoch,
            epoch.Images, epoch.Steps, epoch.Loss, epoch.Accuracy, epoch.ValidationLoss, epoch.ValidationAccuracy, epoch.LearningRate))], features)));
    }

    private static void Happen(TrainingPlan plan, long step, CancellationTokenSource stop)
    {
        if (step != plan.Step)
            return;
        switch (plan.Event)
        {
            case "killed":
                Environment.FailFast("Killed by the test.");
                break;
            case "hangs":
                Thread.Sleep(Timeout.Infinite);
                break;
            case "fails":
                throw new InvalidDataException("The disk is full of cats.");
            case "canceled":
                stop.Cancel();
                break;
        }
    }
}
