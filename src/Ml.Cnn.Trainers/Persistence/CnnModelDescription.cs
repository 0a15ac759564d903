using Ml.Cnn.Trainers.Architectures;

namespace Ml.Cnn.Trainers.Persistence;

/// <summary>A model as model.json tells of it, wherever that lies: nothing here builds a network.</summary>
internal static class CnnModelDescription
{
    private const int FormatVersion = 2;

    /// <summary>model.json of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="weights">Where its weights are; null where a file keeps them in its own way.</param>
    public static CnnModelJson Of(CnnModel model, CnnModelJson.WeightsJson? weights) => new()
    {
        FormatVersion = FormatVersion,
        Library = $"Ml.Cnn.Trainers {typeof(CnnModelDescription).Assembly.GetName().Version}",
        Architecture = new(model.Architecture.Name, model.Architecture.Settings),
        Network = model.Shape,
        Preprocessing = model.Preprocessing,
        Augmentation = model.Augmentation,
        PixelLayout = model.PixelLayout,
        OnBadImage = model.OnBadImage,
        Columns = new(model.FeatureColumnName, model.PredictedLabelColumnName, model.ScoreColumnName),
        Classes = new(model.Classes.TypeName, model.Classes.Names),
        Calibration = model.Calibration,
        Scoring = model.Scoring == new CnnScoringOptions() ? null : model.Scoring,
        Training = model.Training is { } training
            ? new(model.StopReason, model.History) { Settings = training.Settings, Plan = training.Plan }
            : null,
        Weights = weights,
    };

    /// <summary>Why this version cannot read a file: a later one wrote it. Null where it can.</summary>
    public static string? WhyTooNew(CnnModelJson json) => json.FormatVersion <= FormatVersion ? null
        : $"it was written by {json.Library} in format {json.FormatVersion}, and this version reads up to {FormatVersion}: update the library";

    /// <summary>The model that model.json tells of.</summary>
    /// <param name="json">What it says.</param>
    /// <param name="architecture">Finds the network by its name and settings.</param>
    /// <exception cref="FormatException">It contradicts itself, or names what is not known; the message says what.</exception>
    /// <exception cref="ArgumentException">A value is outside its range.</exception>
    /// <exception cref="OverflowException">A class is no number of its type.</exception>
    public static CnnModel Read(CnnModelJson json, Func<CnnModelJson.ArchitectureJson, Architecture> architecture)
    {
        json.Preprocessing.Validate();
        json.Calibration?.Validate();
        if (json.Network.Classes != json.Classes.Names.Count || json.Network.Classes < 1)
            throw new FormatException($"it has {json.Network.Classes} classes and {json.Classes.Names.Count} class names");
        var (network, input) = (json.Network, json.Preprocessing);
        // The first format told of a training of imported weights too, which nobody had seen: it has no epochs.
        var training = json is { FormatVersion: 1, Training.Epochs.Count: 0 } ? null : json.Training;
        if ((network.Channels, network.Height, network.Width) != (input.Channels, input.Height, input.Width))
        {
            throw new FormatException($"the network takes {network.Channels} channels of {network.Height}×{network.Width}, "
                + $"and the preprocessing gives {input.Channels} channels of {input.Height}×{input.Width}");
        }
        return new()
        {
            Architecture = architecture(json.Architecture),
            Shape = json.Network,
            Preprocessing = json.Preprocessing,
            Augmentation = json.Augmentation,
            PixelLayout = json.PixelLayout,
            OnBadImage = json.OnBadImage,
            FeatureColumnName = json.Columns.Feature,
            PredictedLabelColumnName = json.Columns.PredictedLabel,
            ScoreColumnName = json.Columns.Score,
            Classes = ClassValues.Parse(json.Classes.Type, json.Classes.Names),
            History = training?.Epochs ?? [],
            StopReason = training?.StopReason ?? StopReason.Completed,
            Scoring = json.Scoring ?? new(),
            Calibration = json.Calibration,
            Training = (training?.Settings ?? training?.Options) is { } settings ? new(settings, training!.Plan) : null,
        };
    }

    /// <summary>A network that is known by name, for what computes it without building it: it has no layers, and no weights of its own.</summary>
    public static Architecture Named(CnnModelJson.ArchitectureJson saved) => new()
    {
        Name = saved.Name,
        Family = saved.Name,
        Paper = "",
        Year = null,
        ImageSize = 1,
        MinimumImageSize = 1,
        Training = new(),
        Head = "",
        Stages = [],
        Settings = saved.Settings,
    };
}
