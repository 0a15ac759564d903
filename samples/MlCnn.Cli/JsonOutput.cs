using System.Text.Json;
using Ml.Cnn.Trainers;

namespace MlCnn.Cli;

/// <summary>What --json writes: one object on one line, in ASCII, so that no console's encoding can spoil it.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions s_options = new() { PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    public static void Write<T>(T result) => Console.Out.WriteLine(JsonSerializer.Serialize(result, s_options));
}

/// <summary>mlcnn models --json.</summary>
internal sealed record ModelsResult(IReadOnlyList<ModelEntry> Models);

/// <summary>A network that can be trained.</summary>
/// <param name="Name">As --arch takes it.</param>
/// <param name="Family">Its family, as the paper writes it.</param>
/// <param name="Year">The year of the paper.</param>
/// <param name="Paper">Authors, title and year.</param>
/// <param name="InputSize">Height and width in pixels of the images it was designed for.</param>
/// <param name="Parameters">How many it has with as many classes as it was designed for.</param>
/// <param name="Pretrained">The names of its published weights.</param>
internal sealed record ModelEntry(string Name, string Family, int? Year, string Paper, int InputSize, long Parameters, IReadOnlyList<string> Pretrained);

/// <summary>mlcnn train --json.</summary>
/// <param name="Images">How many images an epoch trained on.</param>
/// <param name="Classes">The classes in the order of the scores.</param>
/// <param name="Device">Where it ran.</param>
/// <param name="Epochs">Every whole epoch.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record TrainResult(long Images, IReadOnlyList<string> Classes, string Device, IReadOnlyList<EpochEntry> Epochs, string Model);

/// <summary>An epoch of training. Accuracies are from 0 to 1, those among the five best null with five classes or fewer; the peak memory is in bytes.</summary>
internal sealed record EpochEntry(int Epoch, double Loss, double Accuracy, double? ValidationAccuracy, double Seconds, double ImagesPerSecond,
    double? Top5Accuracy, double? ValidationLoss, double? ValidationTop5Accuracy, double LearningRate, long PeakMemory)
{
    public static EpochEntry Of(CnnEpoch epoch) => new(epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationAccuracy, epoch.Seconds, epoch.ImagesPerSecond,
        epoch.Top5Accuracy, epoch.ValidationLoss, epoch.ValidationTop5Accuracy, epoch.LearningRate, epoch.PeakMemory);
}

/// <summary>mlcnn lr-find --json.</summary>
/// <param name="Suggestion">The learning rate at which the loss fell most steeply; null if it never fell.</param>
/// <param name="Points">Every step, by rising learning rate.</param>
internal sealed record LearningRateResult(double? Suggestion, IReadOnlyList<LearningRateEntry> Points);

/// <summary>A step of the search.</summary>
internal sealed record LearningRateEntry(double LearningRate, double Loss, double SmoothedLoss);

/// <summary>mlcnn evaluate --json.</summary>
/// <param name="Images">How many images were scored.</param>
/// <param name="MicroAccuracy">The share of images that were classified correctly.</param>
/// <param name="MacroAccuracy">The mean of the classes' recalls.</param>
/// <param name="LogLoss">Mean cross-entropy in nats.</param>
/// <param name="Top5Accuracy">The share of images whose class is among the five best.</param>
/// <param name="PerClass">Each class of the model.</param>
internal sealed record EvaluateResult(long Images, double MicroAccuracy, double MacroAccuracy, double LogLoss, double Top5Accuracy, IReadOnlyList<ClassEntry> PerClass);

/// <summary>How well a class is told.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Precision">The share of the images taken for it that are of it; 0 if none was.</param>
/// <param name="Recall">The share of its images that were taken for it; 0 if there are none.</param>
/// <param name="Support">How many images of it the data holds.</param>
internal sealed record ClassEntry(string Label, double Precision, double Recall, long Support);

/// <summary>mlcnn predict --json.</summary>
internal sealed record PredictResult(IReadOnlyList<PredictionEntry> Predictions);

/// <summary>An image's class.</summary>
/// <param name="File">As the command line gave it.</param>
/// <param name="Label">The class with the highest probability.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Top">The most probable classes, best first.</param>
internal sealed record PredictionEntry(string File, string Label, float Probability, IReadOnlyList<LabelEntry> Top);

/// <summary>A class and its probability.</summary>
internal sealed record LabelEntry(string Label, float Probability);

/// <summary>mlcnn import --json.</summary>
/// <param name="Arch">The network's name.</param>
/// <param name="Classes">How many classes the model tells apart.</param>
/// <param name="InputShape">Channels, height and width of the network's input.</param>
/// <param name="ResizeShortSide">Pixels that an image's short side is brought to before the middle is cut out; null: the image is brought straight to the input's size.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record ImportResult(string Arch, int Classes, IReadOnlyList<int> InputShape, int? ResizeShortSide, string Model);

/// <summary>mlcnn weights list --json.</summary>
/// <param name="Folder">Where downloads are kept.</param>
/// <param name="Weights">Every set of weights.</param>
internal sealed record WeightsResult(string Folder, IReadOnlyList<WeightsEntry> Weights);

/// <summary>
/// Published weights. Accuracies are from 0 to 1, bytes those of the tensors; the input's shape is channels, height and width. Trainable: the network is
/// among those of 'mlcnn models'. Here: the file is in the folder of downloads.
/// </summary>
internal sealed record WeightsEntry(string Name, string Arch, bool IsDefault, string Address, string File, string Sha256Prefix, long Bytes, int Classes, IReadOnlyList<int> InputShape, int? ResizeShortSide,
    double? Top1Accuracy, double? Top5Accuracy, string? License, bool Trainable, bool Here);

/// <summary>mlcnn weights get and verify, with --json.</summary>
/// <param name="Name">The weights.</param>
/// <param name="File">Their file.</param>
/// <param name="IsRight">Whether it has the published hash.</param>
internal sealed record WeightsFileResult(string Name, string File, bool IsRight);
