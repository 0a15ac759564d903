using System.Text.Json.Serialization;

namespace Ml.Cnn.Trainers;

/// <summary>The rule that turns gradients into steps.</summary>
public enum Optimizer
{
    /// <summary>Stochastic gradient descent with momentum (0.9 unless told otherwise).</summary>
    Sgd,

    /// <summary>Adam (Kingma and Ba 2014) with β₁ = 0.9, β₂ = 0.999, ε = 1e-8.</summary>
    Adam,

    /// <summary>Adam with decoupled weight decay (Loshchilov and Hutter 2017).</summary>
    AdamW,

    /// <summary>RMSProp with momentum (Tieleman and Hinton 2012), as the MobileNets and EfficientNets were trained: decay 0.9, ε = 0.001.</summary>
    RmsProp,

    /// <summary>Layer-wise adaptive rate scaling for large batches (You, Gitman and Ginsburg 2017): SGD whose steps are in proportion to each layer's weights.</summary>
    Lars,

    /// <summary>LAMB for large batches (You et al. 2019): Adam's direction, as long in each layer as its weights.</summary>
    Lamb,
}

/// <summary>How precise the arithmetic of training is. Weights, gradients' sums, batch normalization and the loss are float32 always.</summary>
public enum Precision
{
    /// <summary>
    /// What a few steps at the start of training show to be the fastest for a larger network: bfloat16 (on CPUs with instructions for it:
    /// AVX512-BF16, AMX; on GPUs), or float32. Small networks take float32.
    /// </summary>
    Auto,

    /// <summary>float32 throughout.</summary>
    Float32,

    /// <summary>Convolutions and linear layers multiply in bfloat16.</summary>
    BFloat16,

    /// <summary>Convolutions and linear layers multiply in float16, and the loss is scaled so that small gradients are not lost (Micikevicius et al. 2017). CUDA only.</summary>
    Float16,
}

/// <summary>The order of the values in a vector of pixels.</summary>
public enum PixelLayout
{
    /// <summary>
    /// From the dimensions: two are height × width of a gray image; of three, the last is the channels if it is 1, 3 or 4
    /// (height × width × channels), else the first.
    /// </summary>
    Auto,

    /// <summary>Height × width × channels: the colors of a pixel lie side by side.</summary>
    HeightWidthChannels,

    /// <summary>Channels × height × width: one plane after the other.</summary>
    ChannelsHeightWidth,
}

/// <summary>Where decoded images are kept for the next epoch.</summary>
public enum ImageCache
{
    /// <summary>Nowhere: every epoch decodes again. Memory does not grow with the data.</summary>
    None,

    /// <summary>In memory.</summary>
    Memory,

    /// <summary>In a memory-mapped temporary file (in MLContext.TempFilePath's folder): the system keeps as much of it in memory as there is room for.</summary>
    File,
}

/// <summary>What an image that cannot be decoded does.</summary>
public enum BadImageHandling
{
    /// <summary>Once the pass over the data is over, an error names every bad image.</summary>
    Fail,

    /// <summary>Bad images are left out, counted and listed.</summary>
    Skip,
}

/// <summary>What is written to <see cref="CnnOptions.LogFolder"/>.</summary>
[Flags]
public enum TrainingLogs
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>epochs.csv: a line for every epoch with the values of <see cref="CnnEpoch"/>.</summary>
    Csv = 1,

    /// <summary>epochs.jsonl: the same, as a JSON object on a line.</summary>
    Json = 2,

    /// <summary>
    /// TensorBoard's event files in the folders train and validation: loss, accuracy, top-5 accuracy, learning rate and images per second, by epoch.
    /// </summary>
    TensorBoard = 4,

    /// <summary>curves.png: loss, accuracy and learning rate over the epochs (<see cref="TrainingCurves"/>), drawn anew while training goes on.</summary>
    Curves = 8,

    /// <summary>All of the above.</summary>
    Epochs = Csv | Json | TensorBoard | Curves,

    /// <summary>
    /// Every step too, in those of the chosen logs that have a place for it: steps.csv and steps.jsonl with the values of <see cref="CnnStep"/>, and
    /// TensorBoard's event files in the folder steps.
    /// </summary>
    Steps = 16,
}

/// <summary>Why training ended.</summary>
public enum StopReason
{
    /// <summary>Every epoch was trained.</summary>
    Completed,

    /// <summary>The cancellation token was canceled; the model is the best so far.</summary>
    [JsonStringEnumMemberName("cancelled")] // as the first format of model.json spells it
    Canceled,

    /// <summary>The loss was no longer a number; the model is the best before that.</summary>
    LossNotFinite,

    /// <summary>There was no progress any more (<see cref="CnnOptions.EarlyStopping"/>); the model is the best epoch's.</summary>
    NoProgress,

    /// <summary><see cref="CnnOptions.TimeBudget"/> was used up; the model is the best so far.</summary>
    TimeBudgetSpent,
}
