using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>
/// A recipe: how a paper trained its networks, or today's practice for a purpose.
/// <c>var options = TrainingPreset.Find("resnet-cifar").Apply(new ResNetOptions { Depth = 18 })</c> sets what the recipe states; what is set afterwards counts
/// instead. The number of epochs stays yours: milestones are shares of it.
/// </summary>
public sealed partial class TrainingPreset
{
    private readonly Action<CnnTrainerOptions> _apply;

    private TrainingPreset(string name, string source, int? paperEpochs, Action<CnnTrainerOptions> apply) =>
        (Name, Source, PaperEpochs, _apply) = (name, source, paperEpochs, apply);

    /// <summary>Every preset.</summary>
    public static IReadOnlyList<TrainingPreset> All { get; } =
    [
        new("alexnet", "Krizhevsky et al. 2012, sections 4.1 and 5", 90, options =>
        {
            // Section 5: batch 128, momentum 0.9, decay 0.0005, rate 0.01, divided by 10 when the validation error stopped improving.
            Sgd(options, batchSize: 128, learningRate: 0.01, weightDecay: 5e-4);
            options.Schedule = LearningRateSchedule.ReduceOnPlateau(0.1, PlateauPatience);
            options.Augmentation = ImageAugmentation.Preset("alexnet"); // section 4.1
        }),
        new("vgg", "Simonyan and Zisserman 2014, section 3.1", 74, options =>
        {
            // Batch 256, momentum 0.9, decay 5e-4, rate 1e-2, "decreased by a factor of 10 when the validation set accuracy stopped improving".
            Sgd(options, batchSize: 256, learningRate: 0.01, weightDecay: 5e-4);
            options.Schedule = LearningRateSchedule.ReduceOnPlateau(0.1, PlateauPatience);
            options.Augmentation = ImageAugmentation.Preset("vgg");
        }),
        new("resnet-imagenet", "He et al. 2015, section 3.4", 120, options =>
        {
            // Batch 256, rate 0.1 "divided by 10 when the error plateaus", 60 × 10⁴ iterations, decay 0.0001, momentum 0.9; scale and color
            // augmentation as VGG's.
            Sgd(options, batchSize: 256, learningRate: 0.1, weightDecay: 1e-4);
            options.Schedule = LearningRateSchedule.ReduceOnPlateau(0.1, PlateauPatience);
            options.Augmentation = ImageAugmentation.Preset("vgg");
        }),
        new("resnet-cifar", "He et al. 2015, section 4.2", 164, options => ResNetCifar(options, Drops(32, 48, of: 64))),
        // Section 4.2: 0.01 "to warm up the training until the training error is below 80% (about 400 iterations)", then 0.1 and as the others.
        new("resnet110-cifar", "He et al. 2015, section 4.2", 164, options =>
            ResNetCifar(options, Drops(32, 48, of: 64).WithWarmUpShare(0.4 / 64, 0.1, isConstant: true))),
        // Section 4.2: batch 256, 90 epochs, rate 0.1, a tenth at epochs 30 and 60; augmentation as Gross and Wilber's (fb.resnet.torch).
        new("densenet-imagenet", "Huang et al. 2016, section 4.2", 90, options => DenseNet(options, batchSize: 256, Drops(30, 60, of: 90), "inception")),
        // Section 4.2: batch 64, 300 epochs, rate 0.1, a tenth "at 50% and 75% of the total number of training epochs".
        new("densenet-cifar", "Huang et al. 2016, section 4.2", 300, options => DenseNet(options, batchSize: 64, Drops(50, 75, of: 100), "cifar")),
        new("modern", "Vryniotis 2021, \"How to train state-of-the-art models using TorchVision's latest primitives\"", 600, options =>
        {
            // There: batch 1024 at rate 0.5, here an eighth of both (the linear scaling rule, Goyal et al. 2017, section 2.1); decay 2e-5, none for
            // norms; 5 of 600
            // epochs of warm-up from 0.01, then a cosine; smoothing 0.1, TrivialAugment, mixup 0.2 or CutMix 1. There the average is taken every 32
            // steps with 0.99998, over 750,000
            // steps; a thousand steps' memory (0.999) suits shorter training. Biases decay there and not here.
            Sgd(options, batchSize: 128, learningRate: 0.0625, weightDecay: 2e-5);
            options.DecayBiasesAndNorms = false;
            options.Schedule = LearningRateSchedule.Cosine.WithWarmUpShare(5.0 / 600, 0.01);
            options.LabelSmoothing = 0.1;
            options.ExponentialMovingAverage = 0.999;
            options.Augmentation = ImageAugmentation.Preset("trivial").With(new MixupOrCutMix(0.2, 1));
        }),
        new("cifar_speed", "Jordan 2024, \"94% on CIFAR-10 in 3.29 seconds on a single GPU\", section 3", 10, CifarSpeed),
        .. ForPurposes(),
    ];

    /// <summary>
    /// "alexnet", "vgg", "resnet-imagenet", "resnet-cifar", "resnet110-cifar", "densenet-imagenet", "densenet-cifar", "modern", "quick", "strong",
    /// "small-data", "transfer" or "cifar_speed".
    /// </summary>
    public string Name { get; }

    /// <summary>Where the recipe stands: authors, year and section.</summary>
    public string Source { get; }

    /// <summary>How many epochs the source trained for, about; null where it has no such number.</summary>
    public int? PaperEpochs { get; }

    // The papers watched the curve; they do not say for how long.
    private const int PlateauPatience = 5;

    /// <summary>A preset by its name, in any case.</summary>
    /// <exception cref="ArgumentException">There is no such preset; the message names those that there are.</exception>
    public static TrainingPreset Find(string name) => All.FirstOrDefault(preset => preset.Name.Equals(name, StringComparison.OrdinalIgnoreCase))
        ?? throw new ArgumentException($"There is no training preset '{name}'. Presets: {string.Join(", ", All.Select(preset => preset.Name))}.", nameof(name));

    /// <summary>
    /// Sets what the recipe states: the optimizer with momentum and weight decay, batch size, learning rate, schedule and augmentation; for "modern", label
    /// smoothing and the average of the weights; for those of a purpose <see cref="CnnTrainerOptions.Steps"/>, loss, and what else their source says.
    /// </summary>
    /// <returns>The same options.</returns>
    public TOptions Apply<TOptions>(TOptions options) where TOptions : CnnTrainerOptions
    {
        ArgumentNullException.ThrowIfNull(options);
        _apply(options);
        return options;
    }

    /// <summary>
    /// Sets the recipe that goes with a network, where there is one, as for "cifar_speed": <c>Trainers.CifarSpeed</c> and the command train by it unless told
    /// otherwise. Batch size, learning rate and weight decay stay open: they are the network's own (<see cref="Architecture.Training"/>), and follow the data.
    /// </summary>
    /// <returns>The same options.</returns>
    public static TOptions ApplyOwn<TOptions>(Architecture architecture, TOptions options) where TOptions : CnnTrainerOptions
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(options);
        if (architecture.Training.Preset is not { } name)
            return options;
        Find(name).Apply(options);
        (options.BatchSize, options.LearningRate, options.WeightDecay) = (null, null, null);
        return options;
    }

    /// <summary>The preset's name.</summary>
    public override string ToString() => Name;

    private static void Sgd(CnnTrainerOptions options, int? batchSize, double? learningRate, double weightDecay)
    {
        Forget(options);
        options.Optimizer = Optimizer.Sgd;
        (options.BatchSize, options.LearningRate, options.WeightDecay) = (batchSize, learningRate, weightDecay);
    }

    // What belongs to other optimizers.
    private static void Forget(CnnTrainerOptions options)
    {
        (options.Momentum, options.Nesterov) = (0.9, false);
        (options.Beta1, options.Beta2, options.Epsilon, options.Alpha) = (null, null, null, null);
    }

    // Batch 128, rate 0.1, decay 0.0001, momentum 0.9; 4 pixels of border, crops and flips.
    private static void ResNetCifar(CnnTrainerOptions options, LearningRateSchedule schedule)
    {
        Sgd(options, batchSize: 128, learningRate: 0.1, weightDecay: 1e-4);
        options.Schedule = schedule;
        options.Augmentation = ImageAugmentation.Preset("cifar");
    }

    // Decay 1e-4, Nesterov momentum of 0.9 without dampening.
    private static void DenseNet(CnnTrainerOptions options, int batchSize, LearningRateSchedule schedule, string augmentation)
    {
        Sgd(options, batchSize, learningRate: 0.1, weightDecay: 1e-4);
        (options.Nesterov, options.Schedule, options.Augmentation) = (true, schedule, ImageAugmentation.Preset(augmentation));
    }

    // Whitening, the first layer's bias alone, for three epochs; biases of norms at 64 times the rate; every five steps an average, from none to 0.95⁵ at the
    // end. The numbers of the rate and the decay: Architectures/CifarSpeed.cs.
    private static void CifarSpeed(CnnTrainerOptions options)
    {
        var own = Architectures.CifarSpeed.Create().Training;
        Sgd(options, own.BatchSize, own.LearningRate, own.WeightDecay);
        (options.Momentum, options.Nesterov) = (0.85, true);
        options.Schedule = LearningRateSchedule.Triangle();
        options.NormBiasRateFactor = 64;
        options.StageEpochs = [3];
        options.Lookahead = new() { Steps = 5, StepSize = 1, LastStepSize = 1 - Math.Pow(0.95, 5), IncludesStatistics = true };
        options.LabelSmoothing = 0.2;
        options.Augmentation = new([new ScaleJitter(), new RandomCrop(padding: 2.0 / 32, BorderMode.Reflect), new AlternatingHorizontalFlip()]);
    }

    private static LearningRateSchedule Drops(double first, double second, double of) => LearningRateSchedule.Drops([first / of, second / of]);
}
