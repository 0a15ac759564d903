using System.Reflection;

namespace Ml.Cnn.Trainers.Architectures;

/// <summary>
/// What a user declares of a network of their own, as the text that model.json keeps: the method that builds the module, and all that
/// <see cref="Architecture"/> says about it. A built-in network needs none of it, since its name says all.
/// </summary>
internal static class ArchitectureDeclaration
{
    private const string StageSeparator = " | ";

    /// <summary>The text of a declaration, the method that builds the module in it.</summary>
    public static IReadOnlyDictionary<string, string> Of(Architecture architecture, MethodInfo builder)
    {
        var settings = UserNetwork.NameOf(builder);
        foreach (var (name, text) in Of(architecture))
            settings[name] = text;
        return settings;
    }

    /// <summary>The text of a declaration, without what builds the module.</summary>
    public static Dictionary<string, string> Of(Architecture architecture) =>
        ArchitectureSettings.Of(architecture.Name, reader => Configure(architecture, reader));

    /// <summary>The declaration that a saved model holds.</summary>
    /// <param name="usual">The network of that name with the method or the layers that the settings name, and nothing else declared.</param>
    /// <param name="known">The settings that <paramref name="usual"/> was made of.</param>
    /// <param name="settings">What <see cref="Of(Architecture, MethodInfo)"/> gave.</param>
    /// <exception cref="FormatException">A setting is unknown or has no valid value.</exception>
    /// <exception cref="ArgumentException">The name is a built-in network's, or a value is outside its range.</exception>
    public static Architecture Read(Architecture usual, IReadOnlyList<string> known, IReadOnlyDictionary<string, string> settings)
    {
        var reader = new ArchitectureSettings(usual.Name, settings);
        foreach (var key in known)
            reader.Text(key, "");
        var architecture = Configure(usual, reader);
        reader.End();
        Check(architecture);
        return architecture;
    }

    /// <summary>Whether a network of the library has the name; case does not matter.</summary>
    public static bool IsTaken(string name) =>
        name == UserNetwork.Name || ArchitectureCatalog.All.Any(known => string.Equals(known.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Checks what can be checked before the module is built.</summary>
    /// <exception cref="ArgumentException">A value is outside its range; the message names the property.</exception>
    public static void Check(Architecture architecture)
    {
        Require(!string.IsNullOrWhiteSpace(architecture.Name) && !IsTaken(architecture.Name), nameof(Architecture.Name), $"\"{architecture.Name}\"",
            "a name that no network of this library has");
        Require(architecture.ImageSize >= 1, nameof(Architecture.ImageSize), architecture.ImageSize, "at least 1");
        Require(architecture.MinimumImageSize >= 1 && architecture.MinimumImageSize <= architecture.ImageSize,
            nameof(Architecture.MinimumImageSize), architecture.MinimumImageSize, $"from 1 to the {nameof(Architecture.ImageSize)}, {architecture.ImageSize}");
        Require(architecture.Channels is 1 or 3 or 4, nameof(Architecture.Channels), architecture.Channels, "1, 3 or 4");
        Require(architecture.DefaultClasses >= 1, nameof(Architecture.DefaultClasses), architecture.DefaultClasses, "at least 1");
        Require(architecture.Training.BatchSize >= 1, nameof(TrainingDefaults.BatchSize), architecture.Training.BatchSize, "at least 1");
        Require(architecture.Training.LearningRate > 0, nameof(TrainingDefaults.LearningRate), architecture.Training.LearningRate, "above 0");
        Require(architecture.Training.WeightDecay >= 0, nameof(TrainingDefaults.WeightDecay), architecture.Training.WeightDecay, "0 or more");
        Require(architecture.Training.Steps is null or >= 1, nameof(TrainingDefaults.Steps), architecture.Training.Steps ?? 0, "at least 1");
        Require(architecture.Stages.Count == 0 || architecture.Head.Length > 0, nameof(Architecture.Head), "\"\"",
            "the module path of the last, class-specific layer where there are stages");
        foreach (var path in architecture.Stages.SelectMany(stage => stage).Concat(architecture.AuxiliaryHeads).Append(architecture.Head))
            Require(!path.Any(char.IsWhiteSpace), nameof(Architecture.Stages), $"\"{path}\"", "module paths without white space, such as \"layer1.0\"");

        void Require(bool fits, string property, object value, string expected)
        {
            if (!fits)
                throw new ArgumentOutOfRangeException(property, value, $"{property} of {architecture.Name} must be {expected}.");
        }
    }

    // Every value's name and kind in the text, once for writing and reading.
    private static Architecture Configure(Architecture usual, ArchitectureSettings reader) => usual with
    {
        Family = reader.Text("family", usual.Family),
        Paper = reader.Text("paper", usual.Paper),
        Year = reader.Whole("year", usual.Year),
        ImageSize = reader.Whole("image_size", usual.ImageSize),
        MinimumImageSize = reader.Whole("minimum_image_size", usual.MinimumImageSize),
        Channels = reader.Whole("channels", usual.Channels),
        DefaultClasses = reader.Whole("default_classes", usual.DefaultClasses),
        Normalization = new(reader.Numbers("mean", usual.Normalization.Mean), reader.Numbers("deviation", usual.Normalization.Deviation)),
        Training = new()
        {
            BatchSize = reader.Whole("batch_size", usual.Training.BatchSize),
            LearningRate = reader.Number("learning_rate", usual.Training.LearningRate, double.IsFinite),
            WeightDecay = reader.Number("weight_decay", usual.Training.WeightDecay, double.IsFinite),
            Steps = reader.Whole("steps", usual.Training.Steps),
        },
        Head = reader.Text("head", usual.Head),
        AuxiliaryHeads = Paths(reader.Text("auxiliary_heads", string.Join(' ', usual.AuxiliaryHeads))),
        Stages =
        [
            .. reader.Text("stages", string.Join(StageSeparator, usual.Stages.Select(stage => string.Join(' ', stage))))
                .Split(StageSeparator, StringSplitOptions.RemoveEmptyEntries).Select(Paths),
        ],
    };

    private static string[] Paths(string text) => text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
