using System.CommandLine;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn train: what can be said on its command line.</summary>
internal static class TrainCommand
{
    private const int DefaultEpochs = 10;

    private static readonly Dictionary<string, Optimizer> s_optimizers = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sgd"] = Optimizer.Sgd,
        ["adam"] = Optimizer.Adam,
        ["adamw"] = Optimizer.AdamW,
    };

    private static readonly Dictionary<string, BadImageHandling> s_handlings = new(StringComparer.OrdinalIgnoreCase)
    {
        ["fail"] = BadImageHandling.Fail,
        ["skip"] = BadImageHandling.Skip,
    };

    private static readonly Dictionary<string, Precision> s_precisions = new(StringComparer.OrdinalIgnoreCase)
    {
        ["auto"] = Precision.Auto,
        ["float32"] = Precision.Float32,
        ["bfloat16"] = Precision.BFloat16,
        ["float16"] = Precision.Float16,
    };

    private static readonly Dictionary<string, Freezing> s_freezing = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = Freezing.None,
        ["backbone"] = Freezing.Backbone,
        ["stages"] = Freezing.Stages,
    };

    private static readonly Dictionary<string, ImageCache> s_caches = new(StringComparer.OrdinalIgnoreCase)
    {
        ["none"] = ImageCache.None,
        ["memory"] = ImageCache.Memory,
        ["file"] = ImageCache.File,
    };

    public static Command Create()
    {
        var data = CommandOptions.Parsed("--data", "SRC", $"The pictures to learn from: {DataSource.Forms}.", required: true, DataSource.Parse);
        var validation = CommandOptions.Parsed("--validation", "SRC",
            "Pictures to measure every epoch with; the best epoch's model is saved. MNIST's and CIFAR's are their test images unless told otherwise, and drawn digits are other ones than --data's. Default: none, and the last epoch's model is saved.",
            required: false, DataSource.Parse);
        var architecture = CommandOptions.Architecture();
        var epochs = CommandOptions.Number("--epochs", "How often training goes through the data, at least 1.", least: 1);
        epochs.DefaultValueFactory = _ => DefaultEpochs;
        var batchSize = CommandOptions.Number("--batch-size", "Pictures per training step, at least 1. Default: the network's own.", least: 1);
        var imageSize = CommandOptions.Number("--image-size", "Height and width in pixels that pictures are brought to. Default: the network's own for files; as they are for MNIST, CIFAR and digits.", least: 1);
        var learningRate = CommandOptions.PositiveNumber("--learning-rate", "The highest learning rate, above 0; it falls to 0 over the epochs. Default: the network's own for sgd, 0.001 for adam and adamw.");
        var optimizer = CommandOptions.Choice("--optimizer", "The rule that turns gradients into steps.", s_optimizers, "sgd");
        var seed = CommandOptions.Number("--seed", "Fixes the initial weights and the order of the pictures. Default: another seed every time.", least: int.MinValue);
        var device = CommandOptions.Parsed("--device", "auto|cpu|cuda|cuda:N", "Where to train. auto takes the first GPU, or the CPU if there is none.", required: false, ParseDevice);
        device.DefaultValueFactory = _ => "auto";
        var onBadImage = CommandOptions.Choice("--on-bad-image", "Whether a picture that cannot be read ends the training or is left out. Every such picture is named.", s_handlings, "fail");
        var augmentation = CommandOptions.Preset("--augment", "What happens to the pictures, anew in every epoch; 'mlcnn augment' shows it. Default: nothing.", required: false);
        var precision = CommandOptions.Choice("--precision", "The arithmetic of training. auto times a few steps of larger networks and takes the fastest of bfloat16, on processors made for it, and float32; float16 needs a GPU.", s_precisions, "auto");
        var threads = CommandOptions.Number("--threads", "Cores for one operation of the network on the CPU, and as many that read and decode, at least 1. Default: by the network's size, and one per core.", least: 1);
        var weights = CommandOptions.Text("--weights", "NAME|FILE|model.zip", "What the weights start from: published weights such as resnet18 ('mlcnn weights list' names them all), a .pth or .safetensors file, or a model of this command. Default: random weights.", required: false);
        var freeze = CommandOptions.Choice("--freeze", "Which weights stay as they start: none, all but the last layer's, or, stage by stage, one less every epoch from the last layer on.", s_freezing, "none");
        var cache = CommandOptions.Choice("--cache", "Where decoded pictures are kept for the next epoch: nowhere, in memory or in a temporary file.", s_caches, "none");
        var validationFraction = CommandOptions.Fraction("--validation-fraction", "Instead of --validation: the share of each class of --data that is kept apart to measure every epoch with, such as 0.1.");
        var earlyStopping = CommandOptions.Number("--early-stopping", "Ends the training after so many epochs without a better one, at least 1, and saves the best. What counts is the validation accuracy, or the training loss without validation. Default: all epochs are trained.", least: 1);
        var timeBudget = CommandOptions.Duration("--time-budget", "Ends the training after a time such as 90s, 10m or 1.5h, and saves the best model so far. Default: no limit.");
        var checkpoint = CommandOptions.Text("--checkpoint", "DIR", "Where to keep, after every epoch and every five minutes, all that it takes to go on with --resume. Default: nowhere.", required: false);
        var checkpointEvery = CommandOptions.Duration("--checkpoint-every", "After what time the next checkpoint is written, also in the middle of an epoch. Default: 5m.");
        var resume = new Option<bool>("--resume") { Description = "Go on from the newest checkpoint in --checkpoint's folder, to the same model as without the interruption; start afresh where there is none. Other options and pictures must be as they were." };
        var model = CommandOptions.Text("--out", "FILE", "Where to save the model, such as model.zip. An earlier model there is replaced only once the new one is complete. Ctrl+C ends the training early and saves the best model so far (exit code 130); once more ends at once, without a model.", required: true);
        var log = CommandOptions.Text("--log", "DIR", "Where to keep the training's logs: epochs.csv, epochs.jsonl, curves.png and TensorBoard's event files. With --resume they go on; otherwise those of an earlier training are replaced. Default: nowhere.", required: false);
        var logSteps = new Option<bool>("--log-steps") { Description = "Log every step too: steps.csv, steps.jsonl and TensorBoard's run 'steps'." };
        var json = CommandOptions.Json();

        var command = new Command("train", "Trains a network and saves it.")
        {
            data, validation, architecture, model, weights, freeze, epochs, batchSize, imageSize, learningRate, optimizer, seed, device, augmentation, precision, threads, cache, onBadImage,
            validationFraction, earlyStopping, timeBudget, checkpoint, checkpointEvery, resume, log, logSteps, json,
        };
        command.SetAction(result => Training.Run(new TrainingRequest
        {
            Data = result.GetRequiredValue(data),
            Validation = result.GetValue(validation),
            Architecture = result.GetRequiredValue(architecture),
            Model = result.GetRequiredValue(model),
            Epochs = result.GetValue(epochs) ?? DefaultEpochs,
            BatchSize = result.GetValue(batchSize),
            ImageSize = result.GetValue(imageSize),
            LearningRate = result.GetValue(learningRate),
            Optimizer = s_optimizers[result.GetRequiredValue(optimizer)],
            Seed = result.GetValue(seed),
            Device = result.GetRequiredValue(device),
            OnBadImage = s_handlings[result.GetRequiredValue(onBadImage)],
            Augmentation = result.GetValue(augmentation) is { } preset ? ImageAugmentation.Preset(preset) : null,
            Precision = s_precisions[result.GetRequiredValue(precision)],
            Threads = result.GetValue(threads),
            Weights = result.GetValue(weights),
            Freeze = s_freezing[result.GetRequiredValue(freeze)],
            Cache = s_caches[result.GetRequiredValue(cache)],
            ValidationFraction = result.GetValue(validationFraction),
            EarlyStopping = result.GetValue(earlyStopping),
            TimeBudget = result.GetValue(timeBudget),
            Checkpoint = result.GetValue(checkpoint),
            CheckpointEvery = result.GetValue(checkpointEvery),
            Resume = result.GetValue(resume),
            Log = result.GetValue(log),
            LogSteps = result.GetValue(logSteps),
            Json = result.GetValue(json),
        }));
        return command;
    }

    private static string ParseDevice(string text)
    {
        var name = text.ToLowerInvariant();
        var isKnown = name is "auto" or "cpu" or "cuda"
            || (name.StartsWith("cuda:", StringComparison.Ordinal) && name.Length is > 5 and < 9 && name.AsSpan(5).IndexOfAnyExceptInRange('0', '9') < 0);
        return isKnown ? name : throw new FormatException($"--device must be auto, cpu, cuda or cuda:N, where N is a number from 0, not '{text}'.");
    }
}
