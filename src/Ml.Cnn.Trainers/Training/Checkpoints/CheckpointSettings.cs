using System.Globalization;
using System.Text.Json;
using Microsoft.ML;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Persistence;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Training.Checkpoints;

/// <summary>What two trainings must have in common for one to go on where the other stopped.</summary>
internal static class CheckpointSettings
{
    // How fast, not what.
    private static readonly string[] s_free = [nameof(TrainingSettings.ReaderThreads)];

    /// <summary>By name. Every training setting is among them, also those that are yet to come.</summary>
    /// <param name="architecture">The network.</param>
    /// <param name="shape">What it takes and gives.</param>
    /// <param name="classes">In the order of the outputs.</param>
    /// <param name="preprocessing">Of the images.</param>
    /// <param name="settings">Of the training.</param>
    /// <param name="options">The user's.</param>
    /// <param name="data">The training data's fingerprint.</param>
    /// <param name="validationSet">The validation set's; null where there is none of its own.</param>
    public static IReadOnlyDictionary<string, string> Of(Architecture architecture, NetworkShape shape, IReadOnlyList<string> classes, ImagePreprocessing preprocessing,
        TrainingSettings settings, CnnOptions options, string data, string? validationSet)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["Network"] = $"{architecture.Name} {Text(architecture.Settings)}",
            ["Input"] = Text(shape),
            ["Classes"] = Text(classes),
            ["TrainingData"] = data,
            ["Preprocessing"] = Text(preprocessing),
            [nameof(options.Augmentation)] = Text(options.Augmentation),
            [nameof(options.Weights)] = Text(options.Weights?.ToString()),
            [nameof(options.LabelSmoothing)] = Text(options.LabelSmoothing),
            [nameof(options.ClassWeights)] = Text(options.ClassWeights?.ToString()),
            [nameof(options.ExampleWeightColumnName)] = Text(options.ExampleWeightColumnName),
            [nameof(options.BalancedSampling)] = Text(options.BalancedSampling),
            [nameof(options.Freeze)] = Text(options.Freeze),
            [nameof(options.EpochsPerStage)] = Text(options.EpochsPerStage),
            [nameof(options.StageLearningRates)] = Text(options.StageLearningRates),
            [nameof(options.BatchNormStatistics)] = Text(options.BatchNormStatistics),
            [nameof(options.Precision)] = Text(options.Precision),
            [nameof(options.OnBadImage)] = Text(options.OnBadImage),
            [nameof(options.Cache)] = Text(options.Cache),
            [nameof(options.ValidationSet)] = validationSet ?? "null",
            [nameof(options.ValidationFraction)] = Text(options.ValidationFraction),
            ["EarlyStopping.Metric"] = Text(options.EarlyStopping?.Metric),
        };
        if (options.MemoryLayout != MemoryLayout.Auto)
            all.Add(nameof(options.MemoryLayout), Text(options.MemoryLayout)); // Auto goes on in the layout that the checkpoint tells
        foreach (var setting in JsonSerializer.SerializeToElement(settings, CnnModelJson.SerializerOptions).EnumerateObject())
        {
            var name = char.ToUpperInvariant(setting.Name[0]) + setting.Name[1..];
            if (!s_free.Contains(name))
                all.Add(name, setting.Value.GetRawText());
        }
        return all;
    }

    /// <exception cref="InvalidOperationException">Something differs; the message names it.</exception>
    public static void RequireSame(IReadOnlyDictionary<string, string> saved, IReadOnlyDictionary<string, string> wanted, string checkpoint)
    {
        var others = wanted.Keys.Union(saved.Keys).Order(StringComparer.Ordinal)
            .Where(name => saved.GetValueOrDefault(name) != wanted.GetValueOrDefault(name))
            .Select(name => $"{name} was {Shown(saved, name)} and is {Shown(wanted, name)}").ToArray();
        if (others.Length > 0)
            throw new InvalidOperationException($"The checkpoint '{checkpoint}' is of another training: {string.Join("; ", others)}. Set these as they were, or choose another folder.");
    }

    /// <summary>How many labeled rows there are, and which, whatever their order.</summary>
    public static string Fingerprint(IDataView data, DataViewSchema.Column label, CancellationToken cancellation)
    {
        using var cursor = data.GetRowCursor([label]);
        var (getLabel, getId) = (cursor.GetGetter<uint>(label), cursor.GetIdGetter());
        var (rows, sum) = (0L, 0UL);
        while (cursor.MoveNext())
        {
            cancellation.ThrowIfCancellationRequested();
            uint key = 0;
            Microsoft.ML.Data.DataViewRowId id = default;
            getLabel(ref key);
            getId(ref id);
            rows++;
            sum += Mixed(id.Low ^ Mixed(id.High ^ Mixed(key)));
        }
        return string.Create(CultureInfo.InvariantCulture, $"{rows} rows ({sum:x16})");
    }

    // The finalizer of splitmix64.
    private static ulong Mixed(ulong z)
    {
        z = (z + 0x9E3779B97F4A7C15) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    private static string Text<T>(T value) => JsonSerializer.Serialize(value, CnnModelJson.SerializerOptions);

    private static string Shown(IReadOnlyDictionary<string, string> settings, string name)
    {
        const int Room = 80;
        var text = string.Join(' ', (settings.GetValueOrDefault(name) ?? "not there").Split((char[])[' ', '\r', '\n'], StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= Room ? text : text[..Room] + "…";
    }
}
