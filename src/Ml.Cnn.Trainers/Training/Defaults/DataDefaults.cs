using System.Globalization;
using Ml.Cnn.Trainers.Options;
using Ml.Cnn.Trainers.Settings;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Training.Defaults;

/// <summary>
/// Fills in the options that are left to the data. A network needs some number of steps to learn anything, whatever the size of an epoch; and an image
/// that it sees a hundred times it knows by heart, unless it looks different each time. docs/training.md has what the numbers were measured on.
/// </summary>
internal sealed class DataDefaults
{
    private const int StepsFromRandomWeights = 2000;
    private const int StepsOfFineTuning = 500;
    private const int MostEpochsFromRandomWeights = 100;
    private const int MostEpochsOfFineTuning = 30;

    // Where an epoch has few steps the running statistics of batch normalization are behind at its end; a thousand images are the paper's choice (section 3.3).
    private const int StepsOfStatistics = 30;
    private const int ImagesOfStatistics = 1000;

    private const int FewSteps = 20;
    private const int SmallestBatch = 16; // below it the statistics of a batch say little

    private const int WarmUpSteps = 200;
    private const double ShortestWarmUp = 0.05; // of all steps
    private const double LongestWarmUp = 0.2;

    private const int OftenSeen = 15; // times

    private const int ManyImages = 20_000; // with which training from random weights comes close to training from published ones

    private const double LargestRateFactor = 4; // times the network's own rate, for large batches

    private readonly OpenOptions _open;
    private readonly DataFacts _facts;
    private readonly List<CnnChosenOption> _chosen = [];
    private TrainingSettings _settings;

    private DataDefaults(TrainingSettings settings, OpenOptions open, DataFacts facts) => (_settings, _open, _facts) = (settings, open, facts);

    /// <returns>The settings with every default filled in, and a line for each that the data decided.</returns>
    /// <param name="settings">With values that hold without a look at the data.</param>
    /// <param name="open">What the user left open.</param>
    /// <param name="facts">What is known of data and network.</param>
    public static (TrainingSettings Settings, IReadOnlyList<CnnChosenOption> Chosen) Choose(TrainingSettings settings, OpenOptions open, DataFacts facts)
    {
        var defaults = new DataDefaults(settings, open, facts);
        defaults.ChooseBatchSize();
        defaults.ChooseEpochs();
        defaults.ChooseLearningRate();
        defaults.ChooseSchedule();
        defaults.ChooseAugmentation();
        defaults.ChooseEarlyStopping();
        defaults.ChooseStatistics();
        defaults.SuggestWeights();
        return (defaults._settings, defaults._chosen);
    }

    private OptimizationSettings Optimization
    {
        get => _settings.Optimization;
        set => _settings = _settings with { Optimization = value };
    }

    private bool TrainsHeadAlone => _settings.Transfer.Freeze == Freezing.Backbone;

    private bool FineTunes => _facts.HasWeights && !TrainsHeadAlone;

    // A step moves the weights by the images of several batches and processes.
    private long StepsOf(int batchSize)
    {
        var images = ImagesOfStep(batchSize);
        return Math.Max(1, (_facts.Images + images - 1) / images);
    }

    private int ImagesOfStep(int batchSize) => batchSize * Optimization.GradientAccumulation * _facts.Processes;

    private long StepsPerEpoch => StepsOf(Optimization.BatchSize);

    private void ChooseBatchSize()
    {
        if (!_open.BatchSize)
            return;
        var size = Optimization.BatchSize;
        while (size / 2 >= SmallestBatch && StepsOf(size) < FewSteps)
            size /= 2;
        if (size == Optimization.BatchSize)
            return;
        Choose(nameof(CnnTrainerOptions.BatchSize), Text(size),
            $"the network's own of {Optimization.BatchSize} would leave an epoch of {Images} {Count(StepsOf(Optimization.BatchSize), "step")}");
        Optimization = Optimization with { BatchSize = size };
    }

    private void ChooseEpochs()
    {
        if (!_open.Epochs)
            return;
        if (Optimization.Steps is { } wanted)
        {
            Optimization = Optimization with { Epochs = (int)((wanted + StepsPerEpoch - 1) / StepsPerEpoch) };
            Choose(nameof(CnnTrainerOptions.Epochs), Text(Optimization.Epochs),
                $"{Images} are {Count(StepsPerEpoch, "step")} of {ImagesOfStep(Optimization.BatchSize)}, and {wanted} are wanted");
            return;
        }
        var (steps, most) = FineTunes ? (StepsOfFineTuning, MostEpochsOfFineTuning) : (_facts.OwnSteps ?? StepsFromRandomWeights, MostEpochsFromRandomWeights);
        var epochs = (int)Math.Clamp((steps + StepsPerEpoch - 1) / StepsPerEpoch, CnnTrainerOptions.LeastEpochs, most);
        Optimization = Optimization with { Epochs = epochs };
        Choose(nameof(CnnTrainerOptions.Epochs), Text(epochs),
            $"{Images} are {Count(StepsPerEpoch, "step")} of {ImagesOfStep(Optimization.BatchSize)}, and "
            + $"{(FineTunes ? "trained weights settle" : _facts.OwnSteps is null ? "a network learns" : "this network learns")} in some {steps}"
            + (epochs == most ? $"; at most {most}" : ""));
    }

    private void ChooseLearningRate()
    {
        var images = ImagesOfStep(Optimization.BatchSize);
        if (!_open.LearningRate || images == _facts.OwnBatchSize)
            return;
        var ratio = (double)images / _facts.OwnBatchSize;
        var isProportional = Optimization.Optimizer is Optimizer.Sgd or Optimizer.Lars;
        var factor = Math.Min(LargestRateFactor, isProportional ? ratio : Math.Sqrt(ratio));
        var own = Optimization.LearningRate;
        Optimization = Optimization with { LearningRate = own * factor };
        Choose(nameof(CnnTrainerOptions.LearningRate), Text(Optimization.LearningRate),
            $"the usual {Text(own)} is for batches of {_facts.OwnBatchSize}, and goes {(isProportional ? "with their size" : "with the root of their size")}");
    }

    private void ChooseSchedule()
    {
        if (!_open.Schedule)
            return;
        var steps = StepsPerEpoch * Optimization.Epochs;
        var share = Math.Clamp((double)WarmUpSteps / steps, ShortestWarmUp, LongestWarmUp);
        if (_settings.Stopping.EarlyStopping is { Patience: var patience }) // else training might end before the rate is up
            share = Math.Min(share, (double)patience / 2 / Optimization.Epochs);
        share = Math.Max(0.01, Math.Round(share, 2));
        Optimization = Optimization with { Schedule = LearningRateSchedule.Cosine.WithWarmUpShare(share) };
        Choose(nameof(CnnTrainerOptions.Schedule), Optimization.Schedule.ToString()!,
            $"the first {Math.Round(share * steps).ToString(CultureInfo.InvariantCulture)} of {steps} steps go up to the full rate, the rest down to 0");
    }

    private void ChooseAugmentation()
    {
        if (!_open.Augmentation || _facts.IsAugmentedBefore || _settings.Input.Cache != ImageCache.None || TrainsHeadAlone
            || Optimization.Epochs < OftenSeen)
            return;
        var name = _facts.IsGray ? "writing" : "light";
        _settings = _settings with { Input = _settings.Input with { Augmentation = ImageAugmentation.Preset(name) } };
        Choose(nameof(CnnTrainerOptions.Augmentation), name, $"every image is seen {Optimization.Epochs} times, and looks a little different each time"
            + (_facts.IsGray ? "; gray images are not mirrored" : "; where mirrored images mean something else, choose another or none"));
    }

    private void ChooseEarlyStopping()
    {
        if (!_open.EarlyStopping || !FineTunes || !_facts.IsValidated || Optimization.Epochs < OftenSeen)
            return;
        var patience = Optimization.Epochs / 3;
        _settings = _settings with { Stopping = _settings.Stopping with { EarlyStopping = new() { Patience = patience } } };
        Choose(nameof(CnnTrainerOptions.EarlyStopping), Text(patience),
            $"trained weights that do not get better for {patience} epochs are as good as they will be");
    }

    private void ChooseStatistics()
    {
        if (!_open.PreciseBatchNorm || !_facts.HasBatchNorm || TrainsHeadAlone || StepsPerEpoch >= StepsOfStatistics)
            return;
        var images = (int)Math.Min(_facts.Images, ImagesOfStatistics);
        _settings = _settings with { Averaging = _settings.Averaging with { PreciseBatchNorm = images } };
        Choose(nameof(CnnTrainerOptions.PreciseBatchNorm), Text(images),
            $"the running averages of batch normalization lag behind in epochs of {Count(StepsPerEpoch, "step")}");
    }

    private void SuggestWeights()
    {
        if (_facts.HasWeights || _facts.PublishedWeights is not var (name, isAtHand) || _facts.Images >= ManyImages)
            return;
        Choose(nameof(CnnTrainerOptions.Weights), "none", $"training starts from random weights; with {Images} it mostly comes much further from the "
            + $"published '{name}'{(isAtHand ? ", which are on this machine" : "")}");
    }

    private string Images => Count(_facts.Images, "image");

    private static string Count(long number, string noun) => string.Create(CultureInfo.InvariantCulture, $"{number} {noun}{(number == 1 ? "" : "s")}");

    private void Choose(string option, string value, string reason) => _chosen.Add(new(option, value, reason));

    private static string Text(double number) => number.ToString("0.######", CultureInfo.InvariantCulture);
}
