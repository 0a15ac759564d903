using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>What two trainings must have in common for one to go on where the other stopped.</summary>
internal static class CheckpointIdentity
{
    private const string Preprocessing = "Preprocessing";

    // The first format had these settings under other names.
    private static readonly Dictionary<string, string> s_firstNames = new()
    {
        ["AverageDecay"] = nameof(OptimizationSettings.ExponentialMovingAverage),
        ["EarlyStopping.Metric"] = nameof(StoppingSettings.RankedBy),
    };

    /// <summary>By name: every training setting but those marked with <see cref="DoesNotAffectResultAttribute"/>, the network and the data.</summary>
    /// <param name="settings">Of the training.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="shape">The network's input and output.</param>
    /// <param name="classes">In the order of the outputs.</param>
    /// <param name="preprocessing">Of the images.</param>
    /// <param name="data">The training data's fingerprint.</param>
    /// <param name="validationSet">The validation set's; null where there is none of its own.</param>
    /// <param name="processes">How many train together, 1 or more. Their batches count as the one that they are.</param>
    public static IReadOnlyDictionary<string, string> Of(TrainingSettings settings, Architecture architecture, NetworkShape shape,
        IReadOnlyList<string> classes, ImagePreprocessing preprocessing, string data, string? validationSet, int processes = 1)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Network"] = $"{architecture.Name} {Text(architecture.Settings)}",
            ["Input"] = Text(shape),
            ["Classes"] = Text(classes),
            ["TrainingData"] = data,
            [Preprocessing] = Text(OfTraining(preprocessing)),
            ["ValidationSet"] = validationSet ?? "null",
            ["Seed"] = settings.FixedSeed.ToString(CultureInfo.InvariantCulture),
        };
        var json = JsonSerializer.SerializeToElement(settings, JsonFormat.Options);
        foreach (var section in Sections)
        {
            var values = json.GetProperty(JsonName(section.Name));
            foreach (var property in section.PropertyType.GetProperties())
            {
                if (!property.IsDefined(typeof(DoesNotAffectResultAttribute)))
                    all.Add(property.Name, values.GetProperty(JsonName(property.Name)).GetRawText());
            }
        }
        all[nameof(OptimizationSettings.BatchSize)] = Text(settings.Optimization.BatchSize * processes);
        return all;
    }

    /// <summary>The settings' parts: every property that is a record of settings.</summary>
    internal static IEnumerable<PropertyInfo> Sections =>
        typeof(TrainingSettings).GetProperties().Where(property => property.PropertyType.Namespace == typeof(TrainingSettings).Namespace);

    /// <exception cref="InvalidOperationException">Something differs; the message names it.</exception>
    public static void RequireSame(CheckpointHeader header, IReadOnlyDictionary<string, string> wanted, string checkpoint)
    {
        var saved = header.Settings;
        var names = wanted.Keys.Union(saved.Keys);
        if (header.FormatVersion < CheckpointHeader.CurrentVersion)
        {
            saved = saved.ToDictionary(pair => s_firstNames.GetValueOrDefault(pair.Key, pair.Key), pair => pair.Value);
            names = wanted.Keys.Intersect(saved.Keys); // what the first format did not write cannot be compared
        }
        saved = Complete(saved);
        var constants = OptimizerInfo.Constants.Select(constant => constant.Name);
        const string Optimizer = nameof(OptimizationSettings.Optimizer);
        names = Normalized(saved, Optimizer) == Normalized(wanted, Optimizer) ? names.Union(constants) : names.Except(constants); // another's say nothing more
        const string Epochs = nameof(OptimizationSettings.Epochs);
        if (MaybeLonger(wanted) && Number(saved, Epochs) is { } before && Number(wanted, Epochs) >= before)
            names = names.Except([Epochs]);
        var others = names.Order(StringComparer.Ordinal)
            .Where(name => Normalized(saved, name) != Normalized(wanted, name))
            .Select(name => $"{OptionName(name)} was {Shown(saved, name)} and is {Shown(wanted, name)}").ToArray();
        if (others.Length == 0)
            return;
        throw new InvalidOperationException($"The checkpoint '{checkpoint}' is of another training: {string.Join("; ", others)}. "
            + "Set these as they were, or choose another folder.");
    }

    // A schedule that does not know how long training goes on leaves it to the user to go on for longer. An average of the last epochs knows, and so do images
    // that grow.
    private static bool MaybeLonger(IReadOnlyDictionary<string, string> settings) =>
        settings.GetValueOrDefault(nameof(AveragingSettings.WeightAveraging)) is null or "null"
        && settings.GetValueOrDefault(nameof(SamplingSettings.ProgressiveResizing)) is null or "null"
        && settings.GetValueOrDefault(nameof(OptimizationSettings.Schedule)) is { } text
        && JsonSerializer.Deserialize<string>(text) is { } schedule && LearningRateSchedule.IsText(schedule)
        && !LearningRateSchedule.Parse(schedule).DependsOnEpochs;

    private static int? Number(IReadOnlyDictionary<string, string> settings, string name) =>
        int.TryParse(settings.GetValueOrDefault(name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;

    // Checkpoints of before these were options went by the optimizer's defaults, and spelled the views of scoring otherwise.
    private static Dictionary<string, string> Complete(IReadOnlyDictionary<string, string> saved)
    {
        var all = new Dictionary<string, string>(saved);
        if (Enum.TryParse<Optimizer>(saved.GetValueOrDefault(nameof(OptimizationSettings.Optimizer))?.Trim('"'), ignoreCase: true, out var optimizer))
        {
            foreach (var constant in OptimizerInfo.Constants)
                all.TryAdd(constant.Name, Text(constant.Default(OptimizerInfo.Of(optimizer))));
        }
        all.TryAdd(nameof(OptimizationSettings.GradientCentralization), Text(false));
        all.TryAdd(nameof(SharingSettings.Distribution), Text(DistributionSettings.Default));
        if (saved.TryGetValue(Preprocessing, out var text) && JsonSerializer.Deserialize<ImagePreprocessing>(text, JsonFormat.Options) is { } preprocessing)
            all[Preprocessing] = Text(OfTraining(preprocessing));
        return all;
    }

    // Training looks at one view of an image, whatever scoring does.
    private static ImagePreprocessing OfTraining(ImagePreprocessing preprocessing) => preprocessing with { TestTime = TestTimeAugmentation.None };

    // A setting under the name of the option that the user knows.
    private static string OptionName(string setting) =>
        setting == nameof(StoppingSettings.RankedBy) ? $"{nameof(CnnTrainerOptions.EarlyStopping)}.{nameof(EarlyStopping.Metric)}" : setting;

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, JsonFormat.Options);

    private static string JsonName(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);

    // White space in JSON depends on how deep a value lay. A setting that a checkpoint does not have yet was not set: null.
    private static string Normalized(IReadOnlyDictionary<string, string> settings, string name)
    {
        if (settings.GetValueOrDefault(name) is not { } text)
            return "null";
        try
        {
            return JsonNode.Parse(text)?.ToJsonString() ?? "null";
        }
        catch (JsonException)
        {
            return Words(text);
        }
    }

    private static string Shown(IReadOnlyDictionary<string, string> settings, string name)
    {
        const int Room = 80;
        var text = Words(settings.GetValueOrDefault(name) ?? "not there");
        return text.Length <= Room ? text : text[..Room] + "…";
    }

    private static string Words(string text) => string.Join(' ', text.Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
}
