using Microsoft.ML;
using Ml.Cnn.Trainers.Weights;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>
/// The options that all trainers of networks share. Unset values (null) take the network's own defaults, which
/// <see cref="Architectures.Architecture.Training"/> states, or, where they say so, what suits the data.
/// </summary>
/// <remarks>Users write <see cref="CnnOptions"/>, or the class of a family, such as <see cref="ResNetOptions"/>.</remarks>
public abstract partial class CnnTrainerOptions
{
    private protected CnnTrainerOptions() { }

    /// <summary>
    /// The column of images: encoded bytes (as LoadRawImageBytes gives), MLImage, or a vector of pixels with known dimensions. Default "Features".
    /// </summary>
    public string FeatureColumnName { get; set; } = "Features";

    /// <summary>The column of labels, a key (as MapValueToKey gives). Default "Label".</summary>
    public string LabelColumnName { get; set; } = "Label";

    /// <summary>
    /// A column of numbers of 0 or more (Single) that say how much each training image counts in the loss, under ML.NET's name for it. Default: none,
    /// all count the same.
    /// </summary>
    public string? ExampleWeightColumnName { get; set; }

    /// <summary>The output column of the class with the highest score, a key with the label's values. Default "PredictedLabel".</summary>
    public string PredictedLabelColumnName { get; set; } = "PredictedLabel";

    /// <summary>The output column of the probabilities, one per class, which add up to 1. Default "Score".</summary>
    public string ScoreColumnName { get; set; } = "Score";

    /// <summary>
    /// How often training goes through the whole data set, at least 1. Default: by the data (<see cref="ChosenOptionsCallback"/>), from 10 to 100.
    /// </summary>
    public int? Epochs { get; set; }

    /// <summary>
    /// How many steps training takes, at least 1, where <see cref="Epochs"/> is left open: as many whole epochs as they need. Small and large data are trained
    /// about equally long by it. Default: 2,000 from random weights and 500 from trained ones, within the bounds of <see cref="Epochs"/>.
    /// </summary>
    public int? Steps { get; set; }

    /// <summary>Images per training step, at least 1. Default: the network's own, or fewer where an epoch would have few steps.</summary>
    public int? BatchSize { get; set; }

    /// <summary>
    /// The highest learning rate, above 0. Default: the network's own for SGD, 1 for LARS, 0.001 for the others; a tenth of that where
    /// weights that training starts from are trained further. For another batch size than the network's own it changes with it: in proportion for SGD
    /// and LARS (Goyal et al. 2017, section 2.1), with the root for the others (Malladi et al. 2022).
    /// </summary>
    public double? LearningRate { get; set; }

    /// <summary>How the learning rate goes on from there. Default: a short warm-up, then a cosine down to 0 over all steps.</summary>
    public LearningRateSchedule? Schedule { get; set; }

    /// <summary>The optimizer. Default: SGD.</summary>
    public Optimizer Optimizer { get; set; } = Optimizer.Sgd;

    /// <summary>The momentum of SGD, RMSProp and LARS, from 0 to below 1. Default 0.9.</summary>
    public double Momentum { get; set; } = 0.9;

    /// <summary>Whether SGD looks ahead along its momentum (Nesterov's; Sutskever et al. 2013, section 2). Default: no.</summary>
    public bool Nesterov { get; set; }

    /// <summary>
    /// β₁ of Adam, AdamW and LAMB, the decay of the running mean of the gradient, from 0 to below 1 (Kingma and Ba 2014, algorithm 1). Default 0.9.
    /// Refused, as the three that follow, for an optimizer that does not use it.
    /// </summary>
    public double? Beta1 { get; set; }

    /// <summary>β₂ of Adam, AdamW and LAMB, the decay of the running mean of the gradient's square, from 0 to below 1. Default 0.999.</summary>
    public double? Beta2 { get; set; }

    /// <summary>
    /// ε of Adam, AdamW, LAMB and RMSProp, above 0: it is added to the root that a step is divided by. Default: 1e-8 for Adam and AdamW, 1e-6 for LAMB,
    /// 0.001 for RMSProp.
    /// </summary>
    public double? Epsilon { get; set; }

    /// <summary>
    /// α of RMSProp, the decay of the running mean of the gradient's square, from 0 to below 1 (Tieleman and Hinton 2012, lecture 6.5). Default 0.9, as
    /// the EfficientNets were trained (Tan and Le 2019, section 5.2).
    /// </summary>
    public double? Alpha { get; set; }

    /// <summary>The weight decay (an L2 penalty; decoupled for AdamW and LAMB), 0 or more. Default: the network's own; 0.01 for AdamW and LAMB.</summary>
    public double? WeightDecay { get; set; }

    /// <summary>
    /// Whether biases and the parameters of norms decay too, as the classic papers have it. Default: yes; without it large batches often
    /// do better (He et al. 2018, "Bag of Tricks", section 3.1).
    /// </summary>
    public bool DecayBiasesAndNorms { get; set; } = true;

    /// <summary>
    /// What training minimizes of an image: cross-entropy, the focal loss, binary cross-entropy, or a loss for data with wrong labels. Default: the network's
    /// own, cross-entropy, or that of LeNet-5 as published: its outputs are the penalties of the classes, which no other loss is made for, and another one is
    /// refused there. Validation measures the plain cross-entropy.
    /// </summary>
    public LossFunction? Loss { get; set; }

    /// <summary>
    /// The part of each label that is spread evenly over all classes, from 0 to below 1 (Szegedy et al. 2015, section 7: 0.1). Default 0. Not for the loss
    /// of LeNet-5 as published and the noise-robust losses, which have no use for it. Validation measures the plain cross-entropy.
    /// </summary>
    public double LabelSmoothing { get; set; }

    /// <summary>
    /// A teacher: a trained network whose outputs are learned along with the labels (Hinton, Vinyals and Dean 2015). Default: none.
    /// </summary>
    public Distillation? Distillation { get; set; }

    /// <summary>Per-class weights of the loss. Default: none, every image counts the same. Validation is not weighted.</summary>
    public ClassWeights? ClassWeights { get; set; }

    /// <summary>
    /// Whether an epoch draws equally many images of each class, about as many in all as there are. Images of a small class then come several times, each
    /// time augmented anew; those of a large class take turns from epoch to epoch. Default: no, every image comes once.
    /// </summary>
    /// <remarks>
    /// Rows must be read in any order for that: where <see cref="Cache"/> does not keep them, they are copied to a temporary file, encoded as they are. An
    /// augmentation in the pipeline, which would be copied with them, is refused: give it as <see cref="Augmentation"/>.
    /// </remarks>
    public bool BalancedSampling { get; set; }

    /// <summary>
    /// The longest that the gradient of all weights together may be, above 0; a longer one is shortened (Pascanu et al. 2012, algorithm 1). Default:
    /// no limit.
    /// </summary>
    public double? GradientClippingNorm { get; set; }

    /// <summary>The largest that any number of the gradient may be, above 0; before <see cref="GradientClippingNorm"/>. Default: no limit.</summary>
    public double? GradientClippingValue { get; set; }

    /// <summary>
    /// Batches whose gradients are summed before the weights move, at least 1: a batch that many times as large in the memory of one. Batch normalization
    /// still sees one batch at a time. Default 1.
    /// </summary>
    public int GradientAccumulation { get; set; } = 1;

    /// <summary>
    /// The decay of a moving average of the weights, above 0 and below 1, such as 0.999 (Szegedy et al. 2015, section 8). Validation and the returned model
    /// take the average instead of the last step's weights. Default: none.
    /// </summary>
    public double? ExponentialMovingAverage { get; set; }

    /// <summary>Trains with images of several sizes, for networks that take any. Default: <see cref="ImageSize"/> alone.</summary>
    public MultiScale? MultiScale { get; set; }

    /// <summary>
    /// What the weights start from: published weights, a file, a saved model or a trained one. A head for other classes starts afresh,
    /// as the network's paper has it; a first convolution for 1 or 4 channels is made from RGB weights. Images are prepared as the weights expect them,
    /// unless they come in another size or are brought to one. Default: random weights.
    /// </summary>
    public InitialWeights? Weights { get; set; }

    /// <summary>
    /// Adds classes to a trained model: of the head of the model in <see cref="Weights"/>, the rows of those classes stay that the label column has too, by
    /// name, and the rows of new classes begin at the scale of the others'. Default: no, a head for other classes starts afresh.
    /// </summary>
    /// <remarks>
    /// The new model tells the classes apart that the label column's keys have, whether there are images of them or not: to go on knowing the old ones, map
    /// labels by all of them, <c>MapValueToKey("Label", keyData: classes)</c>. Without images of old classes a network forgets them. Two things help: a few
    /// images of each, and <see cref="Distillation"/> with the old model as the teacher, which then need not know the new classes, so that what it says of the
    /// new images stays, over the old classes alone (Li and Hoiem 2016, "Learning without Forgetting", section 3: a temperature of 2, a share of 0.5).
    /// Statistics of batch normalization had better stay as well: <see cref="BatchNormStatistics.Fixed"/>.
    /// </remarks>
    public bool KeepKnownClasses { get; set; }

    /// <summary>Which stages keep the weights that they start from. Default: none.</summary>
    public Freezing Freeze { get; set; }

    /// <summary>With <see cref="Freezing.Stages"/>: how many epochs until the next stage is trained too, at least 1. Default 1.</summary>
    public int EpochsPerStage { get; set; } = 1;

    /// <summary>
    /// A factor of the learning rate for each of the network's stages (<see cref="Architectures.Architecture.Stages"/>), 0 or more, from the
    /// input to the head: discriminative rates (Howard and Ruder 2018, section 3.2). Default: 1 for all.
    /// </summary>
    public IReadOnlyList<double>? StageLearningRates { get; set; }

    /// <summary>Whether the running statistics of batch normalization follow the training images. Default: in the stages that are trained.</summary>
    public BatchNormStatistics BatchNormStatistics { get; set; }

    /// <summary>Where downloaded weights are kept. Default: the platform's cache folder.</summary>
    public WeightsCache? WeightsCache { get; set; }

    /// <summary>Told how far a download of weights is. Default: none.</summary>
    public IProgress<WeightsProgress>? DownloadProgress { get; set; }

    /// <summary>
    /// Height and width in pixels that images are brought to. Default: the vector's own size, else that of the model in <see cref="Weights"/>, else
    /// the network's.
    /// </summary>
    public int? ImageSize { get; set; }

    /// <summary>Channels that images are brought to: 1 (gray), 3 (RGB) or 4 (RGBA). Default: the vector's own, else the network's.</summary>
    public int? Channels { get; set; }

    /// <summary>How a vector of pixels is laid out. Default: from its dimensions (see <see cref="PixelLayout.Auto"/>).</summary>
    public PixelLayout PixelLayout { get; set; }

    /// <summary>Fixes the initial weights and the order of the images. Default: ML.NET's seed (<c>new MLContext(seed)</c>), else random.</summary>
    public int? Seed { get; set; }

    /// <summary>
    /// "auto", "cpu", "cuda" or "cuda:1". Default "auto": the GPU that <c>MLContext.GpuDeviceId</c> names, else the first
    /// one, else the CPU. A GPU that was asked for by name or id and is missing is an error, unless
    /// <c>MLContext.FallbackToCpu</c> allows the CPU.
    /// </summary>
    public string Device { get; set; } = "auto";

    /// <summary>The precision of training's arithmetic. Default: what suits the machine. Scores are always computed in float32.</summary>
    public Precision Precision { get; set; }

    /// <summary>How images and filters lie in memory while the network is trained. Default: what is faster for the network, by rule.</summary>
    public MemoryLayout MemoryLayout { get; set; }

    /// <summary>Labeled images with the training data's columns, scored after every epoch; the best epoch's weights are returned. Default: none.</summary>
    public IDataView? ValidationSet { get; set; }

    /// <summary>
    /// Instead of <see cref="ValidationSet"/>: the share of each class of the training data that is kept apart for validation, above 0 and
    /// below 1 (stratified; <c>mlContext.Data.TrainTestSplitByClass</c>). The seed decides which rows. An augmentation in the pipeline reaches
    /// these rows too; <see cref="Augmentation"/> does not. Default: none.
    /// </summary>
    public double? ValidationFraction { get; set; }

    /// <summary>
    /// Ends training once it makes no progress, and returns the best epoch's weights; <see cref="EarlyStopping.Never"/>: every epoch is trained. Default:
    /// a third of all epochs where weights that training starts from are trained further and validated, else never.
    /// </summary>
    public EarlyStopping? EarlyStopping { get; set; }

    /// <summary>
    /// The time from the beginning of Fit after which training stops, above 0: at the next step, of which there is always one, or behind
    /// the validation under way. Fit then returns the best model so far. Default: no limit.
    /// </summary>
    public TimeSpan? TimeBudget { get; set; }

    /// <summary>Keeps what it takes to go on after an interruption. Default: nothing.</summary>
    public CheckpointOptions? Checkpoints { get; set; }

    /// <summary>What an image that cannot be decoded does to training. Default: it fails, and names every bad file.</summary>
    public BadImageHandling OnBadImage { get; set; } = BadImageHandling.Fail;

    /// <summary>
    /// What happens to training images, new in every epoch: random crops, flips, colors, mixing; <see cref="ImageAugmentation.None"/>: nothing. Scores are
    /// computed from the recipe's evaluation view, in which nothing is random. Default: nothing, or, where a network sees every image many times, by the
    /// data: the preset "light", which mirrors images, for colors, and "writing", which does not, for gray images.
    /// </summary>
    public ImageAugmentation? Augmentation { get; set; }

    /// <summary>Whether decoded images are kept from the first epoch on, one byte per pixel and channel. Default: no.</summary>
    public ImageCache Cache { get; set; }

    /// <summary>Cursors that read the input and cores that decode, at least 1. Default: one per core.</summary>
    public int? ReaderThreads { get; set; }

    /// <summary>
    /// Cores that one operation of the network is spread over on the CPU, at least 1. Default: by the network's size, every core of the machine
    /// at most. Sums are split among the cores: two trainings with the same seed come to the same weights, to the bit, with the same number.
    /// </summary>
    public int? NetworkThreads { get; set; }

    /// <summary>
    /// Called once on the training thread, before the network is built, with what Fit chose for options that were left open, and why. Default: none.
    /// </summary>
    public Action<IReadOnlyList<CnnChosenOption>>? ChosenOptionsCallback { get; set; }

    /// <summary>Called after every epoch on the training thread. Default: none.</summary>
    public Action<CnnEpoch>? EpochCallback { get; set; }

    /// <summary>
    /// Called after every step on the training thread; on a GPU for several steps at a time, since their results are read together. Default: none.
    /// </summary>
    public Action<CnnStep>? StepCallback { get; set; }

    /// <summary>Told about progress several times a second at most, and at the end of every epoch. Default: none.</summary>
    public IProgress<CnnProgress>? Progress { get; set; }

    /// <summary>
    /// A folder for logs of the training, made where it is missing. A training that starts afresh replaces the logs of an earlier one there;
    /// one that is resumed goes on with them. Default: none.
    /// </summary>
    public string? LogFolder { get; set; }

    /// <summary>What is written to <see cref="LogFolder"/>. Default: every log of epochs, none of steps.</summary>
    public TrainingLogs Logs { get; set; } = TrainingLogs.Epochs;

    /// <summary>Stops training at the next step; <see cref="OnCancellation"/> says what Fit does then.</summary>
    public CancellationToken CancellationToken { get; set; }

    /// <summary>Whether a canceled Fit returns the best model so far or throws. Default: it returns the model.</summary>
    public CancellationHandling OnCancellation { get; set; }
}
