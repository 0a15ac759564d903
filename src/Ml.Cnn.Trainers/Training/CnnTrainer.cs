using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Runtime;
using Ml.Cnn.MlNet;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Input;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Runtime;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Trainers.Training;
using Ml.Cnn.Trainers.Training.Setup;

namespace Ml.Cnn.Trainers;

/// <summary>Trains a convolutional network on labeled images. The catalog's methods (<c>Trainers.ResNet(…)</c>, …) make one.</summary>
public sealed class CnnTrainer : IEstimator<CnnTransformer>
{
    private readonly IHostEnvironment _environment;
    private readonly Architecture _architecture;
    private readonly TrainingSettings _settings;
    private readonly TrainingHandles _handles;
    private readonly ProcessGroup? _processes; // null: as the environment says

    internal CnnTrainer(IHostEnvironment environment, Architecture architecture, CnnTrainerOptions options)
    {
        OptionsValidation.Check(options);
        _environment = environment;
        _architecture = architecture;
        var ownWeights = InitialWeights.Of(architecture);
        _settings = options.ToSettings(architecture.Training, MlNetEnvironment.Seed(environment), ownWeights);
        _handles = options.ToHandles(ownWeights);
    }

    private CnnTrainer(CnnTrainer trainer, ProcessGroup? processes, TrainingSettings settings, TrainingHandles handles) =>
        (_environment, _architecture, _settings, _handles, _processes) = (trainer._environment, trainer._architecture, settings, handles, processes);

    /// <summary>The same trainer as one of several processes that train one model.</summary>
    internal CnnTrainer In(ProcessGroup processes) => new(this, processes, _settings, _handles);

    /// <summary>
    /// The same trainer for one of several folds: with a seed of its own, and its checkpoints and logs in folders of their own.
    /// </summary>
    /// <param name="fold">From 0.</param>
    internal CnnTrainer OfFold(int fold)
    {
        var folder = FormattableString.Invariant($"fold-{fold + 1}");
        var checkpoints = _handles.Checkpoints is { } kept
            ? new CheckpointOptions { Folder = Path.Join(kept.Folder, folder), EveryEpochs = kept.EveryEpochs, Every = kept.Every, Resume = kept.Resume }
            : null;
        return new(this, _processes,
            _settings with { Seed = unchecked(_settings.Seed + fold) },
            _handles with { Checkpoints = checkpoints, LogFolder = _handles.LogFolder is { } logs ? Path.Join(logs, folder) : null });
    }

    /// <summary>Deals rows out to folds: the same in a training that is resumed.</summary>
    internal int FoldSeed => _settings.Seed ?? 0;

    /// <summary>The column of labels.</summary>
    internal string LabelColumnName => _settings.Columns.LabelColumnName;

    /// <summary>The network that will be trained.</summary>
    public Architecture Architecture => _architecture;

    /// <summary>The input's columns, then the predicted label (a key) and the scores (a vector of Single).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The feature or label column is missing or of another type; the message says which are
    /// accepted.</exception>
    public SchemaShape GetOutputSchema(SchemaShape inputSchema)
    {
        ArgumentNullException.ThrowIfNull(inputSchema);
        FeatureColumn.Check(inputSchema, _settings.Columns.FeatureColumnName);
        var label = LabelColumn.Check(inputSchema, _settings.Columns.LabelColumnName);
        ExampleWeightColumn.Check(inputSchema, _settings.Columns.ExampleWeightColumnName);

        var columns = inputSchema.ToDictionary(c => c.Name);
        var keyValues = label.Annotations.Where(a => a.Name == ClassValues.KeyValues);
        columns[_settings.Columns.PredictedLabelColumnName] = ColumnShapes.Create(_settings.Columns.PredictedLabelColumnName,
            SchemaShape.Column.VectorKind.Scalar, NumberDataViewType.UInt32, isKey: true, keyValues);
        columns[_settings.Columns.ScoreColumnName] = ColumnShapes.Create(_settings.Columns.ScoreColumnName,
            SchemaShape.Column.VectorKind.Vector, NumberDataViewType.Single, isKey: false, ColumnShapes.MulticlassScoreAnnotations(label));
        return new SchemaShape(columns.Values);
    }

    /// <summary>Trains on every labeled row.</summary>
    /// <returns>The trained network: the best epoch's by validation accuracy with a validation set, else the last one's.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or of another type.</exception>
    /// <exception cref="BadImageException">Images cannot be decoded, and <see cref="CnnTrainerOptions.OnBadImage"/> is to fail.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two classes or two rows, the loss was never a number, or the device is
    /// missing.</exception>
    /// <exception cref="OperationCanceledException">Canceled before the first step.</exception>
    public CnnTransformer Fit(IDataView input)
    {
        ArgumentNullException.ThrowIfNull(input);
        return TrainingThread.Run(() => Run(input, _processes ?? ProcessGroup.Find(_settings.Sharing.Distribution)).Fit());
    }

    /// <summary>
    /// Looks for a learning rate: trains a few steps at rates that rise evenly on a logarithmic scale and watches the loss (Smith 2015, section 3.3).
    /// The options' own rate,
    /// schedule, epochs and validation set are not used. Nothing is left behind.
    /// </summary>
    /// <param name="input">The training data.</param>
    /// <param name="lowest">The first step's rate, above 0. Default 1e-6.</param>
    /// <param name="highest">The last step's rate, above the lowest. Default 10; it ends earlier once the loss has grown to four times its lowest
    /// value.</param>
    /// <param name="steps">How many, at least 10. Default 100.</param>
    /// <returns>The curve, and the rate at which the loss fell most steeply.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range, or a column is missing or of another type.</exception>
    /// <exception cref="BadImageException">Images cannot be decoded, and <see cref="CnnTrainerOptions.OnBadImage"/> is to fail.</exception>
    /// <exception cref="InvalidOperationException">There are fewer than two classes or two rows, or the device is missing.</exception>
    /// <exception cref="OperationCanceledException">Canceled by <see cref="CnnTrainerOptions.CancellationToken"/>.</exception>
    public LearningRateCurve FindLearningRate(IDataView input, double lowest = 1e-6, double highest = 10, int steps = 100)
    {
        ArgumentNullException.ThrowIfNull(input);
        if (lowest is not (> 0 and < double.PositiveInfinity))
            throw OptionCheck.Wrong(nameof(lowest), lowest, "above 0");
        if (!(highest > lowest && double.IsFinite(highest)))
            throw OptionCheck.Wrong(nameof(highest), highest, $"above {nameof(lowest)}");
        if (steps < 10)
            throw OptionCheck.Wrong(nameof(steps), steps, "at least 10");
        return TrainingThread.Run(() => Run(input, ProcessGroup.Alone).FindLearningRate(lowest, highest, steps));
    }

    private TrainingRun Run(IDataView input, ProcessGroup processes) => new(_environment, _architecture, _settings, _handles, processes, input);
}
