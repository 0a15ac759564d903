using System.CommandLine;
using System.Reflection;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Commands;

namespace MlCnn.Cli.Tests;

/// <summary>
/// Protects presets from the command line: what the user does not say stays as the preset or the library has it, and what the user says counts. Every option of
/// a training is tried over every preset.
/// </summary>
[TestClass]
public sealed class TrainingOptionsTests
{
    // A file that is there.
    private static readonly string s_file = typeof(TrainingOptionsTests).Assembly.Location;

    /// <summary>Each option with a value, the properties that it sets, and what they are then.</summary>
    private static readonly (string[] Arguments, (string Property, string Value)[] Sets)[] s_options =
    [
        (["--epochs", "7"], [("Epochs", "7")]),
        (["--steps", "70"], [("Steps", "70")]),
        (["--validation-fraction", "0.2"], [("ValidationFraction", "0.2")]),
        (["--early-stopping", "4"], [("EarlyStopping", "Patience = 4")]),
        (["--time-budget", "10m"], [("TimeBudget", "00:10:00")]),
        (["--checkpoint", "kept", "--checkpoint-every", "1m", "--resume"], [("Checkpoints", "kept")]),
        (["--log", "logs"], [("LogFolder", "logs"), ("Logs", "Epochs, Classes, Batch")]),
        (["--log-steps"], [("Logs", "Epochs, Steps")]),
        (["--alone"], [("Distribution", "alone")]),
        (["--sync-batch-norm", "--bfloat16-gradients", "--scale-learning-rate", "--patience", "2m"],
            [("Distribution", "synchronized, bfloat16, scaled, 00:02:00")]),
        (["--log-weights"], [("Logs", "Epochs, Weights")]),
        (["--weights", "resnet50", "--weights-key", "state_dict"], [("Weights", "50")]),
        (["--add-classes"], [("KeepKnownClasses", "True")]),
        (["--freeze", "stages"], [("Freeze", "Stages")]),
        (["--batch-size", "12"], [("BatchSize", "12")]),
        (["--image-size", "48"], [("ImageSize", "48")]),
        (["--seed", "5"], [("Seed", "5")]),
        (["--device", "cuda:1"], [("Device", "cuda:1")]),
        (["--augment", "none"], [("Augmentation", "\"steps\": []")]),
        (["--precision", "bfloat16"], [("Precision", "BFloat16")]),
        (["--layout", "channelslast"], [("MemoryLayout", "ChannelsLast")]),
        (["--threads", "2"], [("NetworkThreads", "2"), ("ReaderThreads", "2")]),
        (["--cache", "memory"], [("Cache", "Memory")]),
        (["--on-bad-image", "fail"], [("OnBadImage", "Fail")]),
        (["--optimizer", "adam"], [("Optimizer", "Adam"), ("Nesterov", "False"), ("LearningRate", ""), ("WeightDecay", "")]),
        (["--momentum", "0"], [("Momentum", "0"), ("Nesterov", "False")]),
        (["--beta1", "0.7"], [("Beta1", "0.7")]),
        (["--beta2", "0"], [("Beta2", "0")]),
        (["--epsilon", "1e-5"], [("Epsilon", "1E-05")]),
        (["--alpha", "0.8"], [("Alpha", "0.8")]),
        (["--weight-decay", "0.02"], [("WeightDecay", "0.02")]),
        (["--loss", "focal"], [("Loss", "focal:2")]),
        (["--teacher", s_file, "--distillation-temperature", "2", "--distillation-share", "0.5"], [("Distillation", "MlCnn.Cli.Tests.dll at 2 by 0.5")]),
        (["--label-smoothing", "0"], [("LabelSmoothing", "0")]),
        (["--class-weights", "cat=2"], [("ClassWeights", "cat=2")]),
        (["--balanced-sampling"], [("BalancedSampling", "True")]),
        (["--clip", "9"], [("GradientClippingNorm", "9")]),
        (["--accumulate", "1"], [("GradientAccumulation", "1")]),
        (["--multi-scale", "64,96"], [("MultiScale", "64, 96")]),
        (["--progressive", "64:0.5,96:0.75"], [("ProgressiveResizing", "64:0.5,96:0.75")]),
        (["--learning-rate", "0.3"], [("LearningRate", "0.3")]),
        (["--schedule", "constant"], [("Schedule", "constant")]),
        (["--warm-up", "1"], [("Schedule", "1")]),
        (["--precise-batch-norm", "640"], [("PreciseBatchNorm", "640")]),
        (["--ema", "0.5"], [("ExponentialMovingAverage", "0.5")]),
        (["--swa", "0.6"], [("WeightAveraging", "0.6")]),
        (["--lookahead", "6"], [("Lookahead", "6")]),
        (["--sam", "0.1"], [("SharpnessAwareRadius", "0.1")]),
        (["--centralize-gradients"], [("GradientCentralization", "True")]),
        (["--layer-rate-decay", "0.7"], [("LayerRateDecay", "0.7")]),
        (["--norm-bias-rate", "32"], [("NormBiasRateFactor", "32")]),
        (["--stage-epochs", "2,4"], [("StageEpochs", "2, 4")]),
    ];

    public static IEnumerable<object?[]> Presets => TrainingPreset.All.Select(preset => new object?[] { preset.Name }).Prepend([null]);

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void Nothing_is_set_that_the_user_does_not_say(string? preset)
    {
        var (expected, actual) = (Filled(preset), Filled(null));
        Read(Preset(preset), actual);
        AssertSame(expected, actual, but: []);
    }

    [TestMethod]
    [DynamicData(nameof(Presets))]
    public void What_the_user_says_counts_and_changes_nothing_else(string? preset)
    {
        foreach (var (arguments, sets) in s_options)
        {
            var (expected, actual) = (Filled(preset), Filled(null));
            Read([.. Preset(preset), .. arguments], actual);
            foreach (var (property, value) in sets)
            {
                var text = Text(actual, Property(property));
                Assert.IsTrue(value.Length > 0 ? text.Contains(value, StringComparison.Ordinal) : text.Length == 0,
                    $"{property} is '{text}' after {string.Join(' ', arguments)}");
            }
            AssertSame(expected, actual, but: [.. sets.Select(set => set.Property)]);
        }
    }

    [TestMethod]
    public void Every_option_of_a_training_is_tried()
    {
        var tried = s_options.SelectMany(option => option.Arguments).Where(argument => argument.StartsWith("--", StringComparison.Ordinal)).Append("--preset");
        CollectionAssert.AreEquivalent(Command(TrainingOptions.OfTrain()).Options.Select(option => option.Name).ToArray(), tried.ToArray());
    }

    private static Command Command(IReadOnlyList<TrainingOption> options)
    {
        var command = new Command("train");
        foreach (var option in options)
            option.AddTo(command);
        return command;
    }

    private static void Read(string[] arguments, CnnOptions options)
    {
        var all = TrainingOptions.OfTrain();
        var result = Command(all).Parse(arguments);
        Assert.IsEmpty(result.Errors, string.Join(' ', arguments));
        foreach (var option in all)
            option.Apply(result, options);
    }

    private static string[] Preset(string? name) => name is null ? [] : ["--preset", name];

    /// <summary>Options that differ from their defaults in everything, and then as the preset has it.</summary>
    private static CnnOptions Filled(string? preset)
    {
        var options = new CnnOptions();
        foreach (var property in Properties)
            if (Unusual(property) is { } value)
                property.SetValue(options, value);
        return preset is null ? options : TrainingPreset.Find(preset).Apply(options);
    }

    private static object? Unusual(PropertyInfo property) => (Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType) switch
    {
        var type when type == typeof(string) => "unusual",
        var type when type == typeof(int) => 33,
        var type when type == typeof(double) => 0.33,
        var type when type == typeof(bool) => true,
        var type when type == typeof(TimeSpan) => TimeSpan.FromDays(3),
        var type when type == typeof(TrainingLogs) => TrainingLogs.Epochs,
        var type when type.IsEnum => Enum.GetValues(type).Cast<object>().Last(),
        var type when type == typeof(LearningRateSchedule) => LearningRateSchedule.Step(3),
        var type when type == typeof(LossFunction) => LossFunction.Focal(33),
        var type when type == typeof(Distillation) => s_distillation,
        var type when type == typeof(ClassWeights) => ClassWeights.Balanced,
        var type when type == typeof(MultiScale) => s_scale,
        var type when type == typeof(ProgressiveResizing) => s_resizing,
        var type when type == typeof(StochasticWeightAveraging) => s_averaging,
        var type when type == typeof(Lookahead) => s_lookahead,
        var type when type == typeof(InitialWeights) => s_weights,
        var type when type == typeof(EarlyStopping) => s_stopping,
        var type when type == typeof(CheckpointOptions) => s_checkpoints,
        var type when type == typeof(Distribution) => s_distribution,
        var type when type == typeof(ImageAugmentation) => s_augmentation,
        _ => null, // handles, which no option has
    };

    private static readonly Distillation s_distillation = new("unusual");
    private static readonly MultiScale s_scale = MultiScale.Of([33]);
    private static readonly ProgressiveResizing s_resizing = ProgressiveResizing.Of(33);
    private static readonly StochasticWeightAveraging s_averaging = new() { FromShare = 0.33 };
    private static readonly Lookahead s_lookahead = new() { Steps = 33 };
    private static readonly InitialWeights s_weights = InitialWeights.From("resnet18");
    private static readonly EarlyStopping s_stopping = new() { Patience = 33 };
    private static readonly CheckpointOptions s_checkpoints = new() { Folder = "unusual" };
    private static readonly Distribution s_distribution = new() { Patience = TimeSpan.FromDays(3) };
    private static readonly ImageAugmentation s_augmentation = ImageAugmentation.Preset("inception");

    private static IEnumerable<PropertyInfo> Properties => typeof(CnnOptions).GetProperties().Where(property => property.CanWrite);

    private static PropertyInfo Property(string name) => typeof(CnnOptions).GetProperty(name)!;

    private static void AssertSame(CnnOptions expected, CnnOptions actual, string[] but)
    {
        foreach (var property in Properties.Where(property => !but.Contains(property.Name)))
            Assert.AreEqual(Text(expected, property), Text(actual, property), property.Name);
    }

    private static string Text(CnnOptions options, PropertyInfo property) => property.GetValue(options) switch
    {
        ImageAugmentation recipe => recipe.ToJson(),
        CheckpointOptions checkpoints => checkpoints.Folder,
        EarlyStopping stopping => FormattableString.Invariant($"Patience = {stopping.Patience}"),
        Distillation { TeacherPath: var path } teacher =>
            FormattableString.Invariant($"{Path.GetFileName(path)} at {teacher.Temperature} by {teacher.Share}"),
        StochasticWeightAveraging averaging => FormattableString.Invariant($"{averaging.FromShare}"),
        Lookahead lookahead => FormattableString.Invariant($"{lookahead.Steps}"),
        Distribution distribution => ReferenceEquals(distribution, Distribution.None) ? "alone" : string.Join(", ", (string[])
            [
                .. distribution.SynchronizedBatchNorm ? (string[])["synchronized"] : [], .. distribution.BFloat16Gradients ? (string[])["bfloat16"] : [],
                .. distribution.ScalesLearningRate ? (string[])["scaled"] : [], $"{distribution.Patience}",
            ]),
        MultiScale scale => string.Join(", ", scale.Sizes),
        IReadOnlyList<int> numbers => string.Join(", ", numbers),
        IFormattable value => value.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        var value => $"{value}",
    };
}
