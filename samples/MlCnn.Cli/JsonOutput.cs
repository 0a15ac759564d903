using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Ml.Cnn.Evaluation;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace MlCnn.Cli;

/// <summary>What --json writes: one object on one line, in ASCII, so that no console's encoding can spoil it.</summary>
internal static class JsonOutput
{
    private static readonly JsonSerializerOptions s_options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        Converters = { new NumberOrNull<double>(), new NumberOrNull<float>() },
    };

    public static void Write<T>(T result) => Console.Out.WriteLine(JsonSerializer.Serialize(result, s_options));

    /// <summary>A look at data, and as its last property "quality" what may be wrong with it.</summary>
    /// <param name="report">The look.</param>
    /// <param name="quality">A report as JSON; null: none.</param>
    public static void Write(ImageDataReport report, string? quality)
    {
        var result = JsonSerializer.SerializeToNode(report, s_options)!.AsObject();
        if (quality is not null)
            result["quality"] = JsonNode.Parse(quality);
        Console.Out.WriteLine(result.ToJsonString());
    }

    /// <summary>JSON has no NaN and no infinity: null stands for both, as for everything that cannot be told.</summary>
    private sealed class NumberOrNull<T> : JsonConverter<T> where T : struct, System.Numerics.IFloatingPointIeee754<T>
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => throw new NotSupportedException();

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options)
        {
            if (!T.IsFinite(value))
                writer.WriteNullValue();
            else if (value is float single)
                writer.WriteNumberValue(single); // the shortest digits that a float needs
            else
                writer.WriteNumberValue(double.CreateChecked(value));
        }
    }
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
/// <param name="Plan">How it computed.</param>
/// <param name="Epochs">Every whole epoch.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record TrainResult(long Images, IReadOnlyList<string> Classes, string Device, PlanEntry Plan, IReadOnlyList<EpochEntry> Epochs,
    string Model)
{
    /// <summary>What was chosen by the data, since the command line left it open.</summary>
    public required IReadOnlyList<ChosenEntry> Chosen { get; init; }

    /// <summary>Images that --exclude left out; only with --exclude or --relabel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Excluded { get; init; }

    /// <summary>Images that --relabel gave another class; only with --exclude or --relabel.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Relabeled { get; init; }
}

/// <summary>An option that was left open: the library's name for it, what was chosen, and why.</summary>
internal sealed record ChosenEntry(string Option, string Value, string Reason);

/// <summary>How a training computed, in the words of the options that pin it: --precision, --layout, --threads.</summary>
internal sealed record PlanEntry(string Precision, string Layout, int Threads)
{
    public static PlanEntry Of(CnnTrainingPlan plan) =>
        new(plan.Precision.ToString().ToLowerInvariant(), plan.MemoryLayout.ToString().ToLowerInvariant(), plan.NetworkThreads);
}

/// <summary>An epoch of training. Accuracies are from 0 to 1, those among the five best null with five classes or fewer; the peak memory is in bytes.</summary>
internal sealed record EpochEntry(int Epoch, double Loss, double Accuracy, double? ValidationAccuracy, double Seconds, double ImagesPerSecond,
    double? Top5Accuracy, double? ValidationLoss, double? ValidationTop5Accuracy, double LearningRate, long PeakMemory)
{
    // Metrics that came later than these.
    private static readonly string[] s_own = ["loss", "accuracy", "top5Accuracy"];

    /// <summary>Every other metric, and behind them every other one on the validation set as "validation" and the metric's name.</summary>
    [JsonExtensionData]
    public Dictionary<string, object> Others { get; init; } = [];

    public static EpochEntry Of(CnnEpoch epoch) => new(epoch.Epoch, epoch.Loss, epoch.Accuracy, epoch.ValidationAccuracy, epoch.Seconds, epoch.ImagesPerSecond,
        epoch.Top5Accuracy, epoch.ValidationLoss, epoch.ValidationTop5Accuracy, epoch.LearningRate, epoch.PeakMemory)
    {
        Others = epoch.Metrics.Where(metric => !s_own.Contains(metric.Key)).Concat(epoch.ValidationMetrics.Where(metric => !s_own.Contains(metric.Key))
            .Select(metric => KeyValuePair.Create("validation" + char.ToUpperInvariant(metric.Key[0]) + metric.Key[1..], metric.Value)))
            .ToDictionary(metric => metric.Key, metric => (object)metric.Value),
    };
}

/// <summary>mlcnn lr-find --json.</summary>
/// <param name="Suggestion">The learning rate at which the loss fell most steeply; null if it never fell.</param>
/// <param name="Points">Every step, by rising learning rate.</param>
internal sealed record LearningRateResult(double? Suggestion, IReadOnlyList<LearningRateEntry> Points);

/// <summary>A step of the search.</summary>
internal sealed record LearningRateEntry(double LearningRate, double Loss, double SmoothedLoss);

/// <summary>mlcnn evaluate --json. Without a single image that could be scored, every measure is null.</summary>
/// <param name="Images">How many images were scored.</param>
/// <param name="MicroAccuracy">The share of images that were classified correctly.</param>
/// <param name="MacroAccuracy">The mean of the classes' recalls.</param>
/// <param name="LogLoss">Mean cross-entropy in nats.</param>
/// <param name="Top5Accuracy">The share of images whose class is among the five best.</param>
/// <param name="PerClass">Each class of the model.</param>
/// <param name="BadImages">The images that were left out, and why.</param>
internal sealed record EvaluateResult(long Images, double MicroAccuracy, double MacroAccuracy, double LogLoss, double Top5Accuracy,
    IReadOnlyList<ClassEntry> PerClass, IReadOnlyList<BadImage> BadImages)
{
    /// <summary>The numbers that scores were computed in.</summary>
    public string? Precision { get; init; }

    /// <summary>From the file to the scores, a mean.</summary>
    public double MillisecondsPerImage { get; init; } = double.NaN;

    /// <summary>By how much the probability of the predicted class and the share of right answers differ, 0 to 1.</summary>
    public double CalibrationError { get; init; } = double.NaN;

    /// <summary>What became of the prediction sets; null where the model gives none.</summary>
    public SetsEntry? PredictionSets { get; init; }

    /// <summary>The same images at one look of one network in float32; null where that is what was measured.</summary>
    public EvaluationComparison? Comparison { get; init; }

    /// <summary>Everything else that was measured, as report.json has it; null without a single image that could be scored.</summary>
    public JsonElement? Evaluation { get; init; }
}

/// <summary>What one look of one network in float32, not calibrated, comes to.</summary>
/// <param name="Network">The network: of an ensemble, the most accurate one.</param>
/// <param name="MicroAccuracy">The share of images that were classified correctly.</param>
/// <param name="LogLoss">Mean cross-entropy in nats.</param>
/// <param name="CalibrationError">By how much the probability of the predicted class and the share of right answers differ.</param>
/// <param name="MillisecondsPerImage">From the file to the scores, a mean.</param>
/// <param name="SameAnswers">The share of images that get the same class both ways.</param>
internal sealed record EvaluationComparison(string Network, double MicroAccuracy, double LogLoss, double CalibrationError, double MillisecondsPerImage,
    double SameAnswers);

/// <summary>Prediction sets on labeled images.</summary>
/// <param name="Coverage">The share of images whose set was to hold their class.</param>
/// <param name="Covered">The share whose set does.</param>
/// <param name="MeanSize">Classes of a set, a mean.</param>
internal sealed record SetsEntry(double Coverage, double Covered, double MeanSize);

/// <summary>mlcnn calibrate --json.</summary>
/// <param name="Images">How many images were used.</param>
/// <param name="Temperature">What logits are divided by.</param>
/// <param name="CalibrationErrorBefore">By how much the probability of the predicted class and the share of right answers differ.</param>
/// <param name="CalibrationErrorAfter">The same afterwards, on the same images.</param>
/// <param name="LogLossBefore">Mean cross-entropy in nats.</param>
/// <param name="LogLossAfter">The same afterwards, on the same images.</param>
/// <param name="Coverage">The share of images whose prediction set is to hold their class; null without sets.</param>
/// <param name="SetThreshold">The probability from which on a class belongs to a set; null without sets.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record CalibrateResult(int Images, double Temperature, double CalibrationErrorBefore, double CalibrationErrorAfter, double LogLossBefore,
    double LogLossAfter, double? Coverage, double? SetThreshold, string Model);

/// <summary>mlcnn ensemble --json.</summary>
/// <param name="Networks">The networks and what each weighs.</param>
/// <param name="Classes">The classes in the order of the scores.</param>
/// <param name="Average">What is averaged: "probabilities" or "logits".</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record EnsembleResult(IReadOnlyList<MemberEntry> Networks, IReadOnlyList<string> Classes, string Average, string Model);

/// <summary>A network of an ensemble.</summary>
/// <param name="Arch">Its name.</param>
/// <param name="Model">Its file, as the command line gave it.</param>
/// <param name="Weight">What its scores weigh; 1 together.</param>
internal sealed record MemberEntry(string Arch, string Model, double Weight);

/// <summary>How well a class is told.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Precision">The share of the images taken for it that are of it; 0 if none was.</param>
/// <param name="Recall">The share of its images that were taken for it; 0 if there are none.</param>
/// <param name="Support">How many images of it the data holds.</param>
internal sealed record ClassEntry(string Label, double Precision, double Recall, long Support)
{
    public static ClassEntry Of(CnnClassEvaluation one) => new(one.Name, OrZero(one.Precision.Value), OrZero(one.Recall.Value), one.Support);

    private static double OrZero(double share) => double.IsNaN(share) ? 0 : share;
}

/// <summary>mlcnn predict --json.</summary>
/// <param name="Predictions">The images that were scored.</param>
/// <param name="BadImages">Those that were left out, and why.</param>
internal sealed record PredictResult(IReadOnlyList<PredictionEntry> Predictions, IReadOnlyList<BadImage> BadImages);

/// <summary>An image's class.</summary>
/// <param name="File">As the command line gave it, or its path from there where a folder was given.</param>
/// <param name="Label">The class with the highest probability.</param>
/// <param name="Probability">Its probability.</param>
/// <param name="Top">The most probable classes, best first.</param>
internal sealed record PredictionEntry(string File, string Label, float Probability, IReadOnlyList<LabelEntry> Top)
{
    /// <summary>The classes that hold the right one as often as the model was calibrated for, best first; left out where it was not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Set { get; init; }
}

/// <summary>A class and its probability.</summary>
internal sealed record LabelEntry(string Label, float Probability);

/// <summary>mlcnn score --json.</summary>
/// <param name="File">The file, with the shard in its name.</param>
/// <param name="Shard">Its shard, from 1.</param>
/// <param name="Shards">How many shards there are.</param>
/// <param name="Images">How many images the shard has; null where it was stopped before that was known.</param>
/// <param name="Done">How many of them have a row.</param>
/// <param name="Before">How many of these had one before this process.</param>
/// <param name="Scored">How many of them have probabilities.</param>
/// <param name="Bad">How many could not be read or decoded.</param>
/// <param name="NotFinite">For how many the network's output was NaN or infinity.</param>
/// <param name="Finished">Whether the file is whole.</param>
/// <param name="Seconds">What it took to score the images of this process.</param>
/// <param name="ImagesPerSecond">Of this process.</param>
internal sealed record ScoreResult(string File, int Shard, int Shards, long? Images, long Done, long Before, long Scored, long Bad, long NotFinite,
    bool Finished, double Seconds, double ImagesPerSecond);

/// <summary>mlcnn merge --json.</summary>
/// <param name="File">The file.</param>
/// <param name="Shards">Of how many it was made.</param>
/// <param name="Images">How many rows it has.</param>
/// <param name="Scored">How many of them have probabilities.</param>
/// <param name="Bad">How many images could not be read or decoded.</param>
/// <param name="NotFinite">For how many the network's output was NaN or infinity.</param>
internal sealed record MergeResult(string File, int Shards, long Images, long Scored, long Bad, long NotFinite);

/// <summary>mlcnn import --json.</summary>
/// <param name="Arch">The network's name.</param>
/// <param name="Classes">How many classes the model tells apart.</param>
/// <param name="InputShape">Channels, height and width of the network's input.</param>
/// <param name="ResizeShortSide">Pixels that an image's short side is brought to before the middle is cut out; null: the image is brought straight to
/// the input's size.</param>
/// <param name="Interpolation">The filter for resizing: "bilinear" or "bicubic".</param>
/// <param name="Mean">Mean of each channel, for pixels from 0 to 1.</param>
/// <param name="Deviation">Standard deviation of each channel, for pixels from 0 to 1.</param>
/// <param name="PreprocessingReason">Why images are resized and normalized so, to go after "as".</param>
/// <param name="WeightsKey">The checkpoint's entry that the weights were in; empty where the file holds nothing else.</param>
/// <param name="OtherKeys">Its entries that hold weights, too.</param>
/// <param name="WeightsPrefix">What was before the weights' names, such as "backbone."; empty for most.</param>
/// <param name="NonFiniteTensors">Tensors that hold NaN or infinity. With any, scores are not to be trusted.</param>
/// <param name="Model">The file, as the command line gave it.</param>
internal sealed record ImportResult(string Arch, int Classes, IReadOnlyList<int> InputShape, int? ResizeShortSide, string Interpolation,
    IReadOnlyList<float> Mean, IReadOnlyList<float> Deviation, string PreprocessingReason, string WeightsKey, IReadOnlyList<string> OtherKeys,
    string WeightsPrefix, IReadOnlyList<string> NonFiniteTensors, string Model);

/// <summary>mlcnn export --json.</summary>
/// <param name="Arch">The network's name.</param>
/// <param name="Format">The format's name.</param>
/// <param name="Input">What the file takes, such as "float32 N×3×224×224"; null for weights alone.</param>
/// <param name="Output">What it gives: "logits" or "probabilities"; null for weights alone.</param>
/// <param name="Bytes">The file's length.</param>
/// <param name="LargestDifference">Of its scores and the network's on drawn images; null for weights alone, and for integers.</param>
/// <param name="File">The file, as the command line gave it.</param>
internal sealed record ExportResult(string Arch, string Format, string? Input, string? Output, long Bytes, double? LargestDifference, string File)
{
    /// <summary>What integers cost and gain; only with --int8.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public QuantizationEntry? Quantization { get; init; }
}

/// <summary>What integers of 8 bits cost and gain. Accuracies are from 0 to 1; speeds are those of ONNX Runtime on this machine.</summary>
internal sealed record QuantizationEntry(int CalibrationImages, int EvaluationImages, double? Float32Accuracy, double? Accuracy, double Disagreement,
    long Float32Bytes, double? Float32ImagesPerSecond, double? ImagesPerSecond, int IntegerNodes, IReadOnlyList<string> Float32Nodes);

/// <summary>mlcnn weights list --json.</summary>
/// <param name="Folder">Where downloads are kept.</param>
/// <param name="Weights">Every set of weights.</param>
internal sealed record WeightsResult(string Folder, IReadOnlyList<WeightsEntry> Weights);

/// <summary>
/// Published weights. Accuracies are from 0 to 1, bytes those of the tensors; the input's shape is channels, height and width. Here: the file
/// is in the folder of downloads.
/// </summary>
internal sealed record WeightsEntry(string Name, string Arch, bool IsDefault, string Address, string File, string Sha256Prefix, long Bytes, int Classes,
    IReadOnlyList<int> InputShape, int? ResizeShortSide, double? Top1Accuracy, double? Top5Accuracy, string? License, bool Here);

/// <summary>mlcnn weights get and verify, with --json.</summary>
/// <param name="Name">The weights.</param>
/// <param name="File">Their file.</param>
/// <param name="IsRight">Whether it has the published hash.</param>
internal sealed record WeightsFileResult(string Name, string File, bool IsRight);
