namespace Ml.Cnn.Trainers;

public abstract partial class CnnTrainerOptions
{
    /// <summary>
    /// Training images that the mean and variance of every batch normalization are computed from anew before a validation and before the model is
    /// returned: precise batch normalization (Wu and Johnson 2021, section 3). The running averages of training are too old where weights move fast, and too
    /// few where there were few steps. The images are augmented as in training but not mixed, taken up to whole batches, and no more than an epoch has; each
    /// costs a forward pass. Layers whose statistics do not follow the images (<see cref="BatchNormStatistics"/>) keep theirs. 0: the running averages.
    /// Default: up to 1,000 images where the network has such layers and an epoch has fewer than 30 steps; else the running averages.
    /// </summary>
    public int? PreciseBatchNorm { get; set; }

    /// <summary>
    /// The equal average of the weights of the last epochs, which validation and the returned model take from the first of these epochs on (Izmailov et al.
    /// 2018, algorithm 1). The statistics of batch normalization are computed anew for it, from <see cref="PreciseBatchNorm"/> images or else from all. With a
    /// validation the best epoch is returned, whether before the average or with it. Not with <see cref="ExponentialMovingAverage"/>, <see cref="Lookahead"/>
    /// or a schedule that waits for a plateau. Default: none.
    /// </summary>
    public StochasticWeightAveraging? WeightAveraging { get; set; }

    /// <summary>
    /// Slow weights that lead the optimizer (Zhang et al. 2019, algorithm 1). As in the paper they are what validation and the returned model take, unless
    /// there is an <see cref="ExponentialMovingAverage"/>, which is then that of the optimizer's weights. The running statistics of batch normalization are
    /// those of the optimizer's weights; <see cref="PreciseBatchNorm"/> computes the slow weights' own. Default: none.
    /// </summary>
    public Lookahead? Lookahead { get; set; }

    /// <summary>
    /// ρ of sharpness-aware minimization, above 0, such as 0.05 (Foret et al. 2020, algorithm 1): each step moves the weights by the gradient at that distance
    /// from them, up the batch's own gradient. A step takes two passes forward and two backward over the same batch, and so about twice as long. Dropout draws
    /// the same in both on the CPU, and running statistics follow the first. Not with <see cref="GradientAccumulation"/>. Default: none.
    /// </summary>
    public double? SharpnessAwareRadius { get; set; }

    /// <summary>
    /// Whether the mean over the inputs is taken from the gradient of each output's weights, where a weight has more than one dimension (Yong et al. 2020,
    /// equation 1): of the gradient as it is summed and clipped, before the weight decay. Default: no.
    /// </summary>
    public bool GradientCentralization { get; set; }

    /// <summary>
    /// What the learning rate of each layer is multiplied by once more for every layer between it and the head, above 0 to 1, such as 0.75 (Clark et al. 2020,
    /// ELECTRA, appendix A; Bao et al. 2021, BEiT). A layer is a numbered block of a stage, such as ResNet's "layer1.0", or a stage without such blocks, as
    /// timm counts them for ResNets. Finer than <see cref="StageLearningRates"/>, and in their place. Default: the same rate for all.
    /// </summary>
    public double? LayerRateDecay { get; set; }

    /// <summary>
    /// What the learning rate of the biases of normalizations is multiplied by, above 0, such as 64 (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single
    /// GPU", section 3.4, after Page 2019). Their weight decay is divided by it, so that a step takes the same share of them as of other weights. Default: the
    /// rate of all.
    /// </summary>
    public double? NormBiasRateFactor { get; set; }

    /// <summary>
    /// How many epochs each of the network's stages is trained for, at least 1, from the input on; then it is frozen, as it was from the start under
    /// <see cref="Freeze"/>, and no gradient goes through it any more (Brock et al. 2017, "FreezeOut"). Stages beyond the list are trained to the end.
    /// Default: all are.
    /// </summary>
    public IReadOnlyList<int>? StageEpochs { get; set; }
}
