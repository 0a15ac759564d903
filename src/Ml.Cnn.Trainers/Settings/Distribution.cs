using Ml.Cnn.Trainers.Collectives;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Whether and how one training is shared by several processes: synchronous data parallelism (Goyal et al. 2017, section 3). Each process trains on its share
/// of every epoch's images, and the mean of all gradients moves the weights, which are the same in all.
/// </summary>
/// <remarks>
/// The processes are started by <c>mpirun</c>, <c>srun</c> or <c>torchrun</c>, and each runs the same program with the same options and data.
/// <see cref="CnnTrainerOptions.BatchSize"/> is each process's, so that a step of W processes is one with W · BatchSize images.
/// </remarks>
/// <example>
/// <code>
/// Distribution = new Distribution { SynchronizedBatchNorm = true }
/// </code>
/// </example>
public sealed class Distribution
{
    /// <summary>As the environment says: with the processes that were started together with this one, alone where none were. The default.</summary>
    public static Distribution Auto { get; } = new();

    /// <summary>Every process trains by itself, however it was started.</summary>
    public static Distribution None { get; } = new() { IsNone = true };

    /// <summary>
    /// Whether batch normalization takes its mean and variance from the images of all processes, rather than each from its own. For few images per process;
    /// each layer then waits for the others twice a step. With it, W processes compute what one with W · BatchSize images does. Default: no.
    /// </summary>
    public bool SynchronizedBatchNorm { get; init; }

    /// <summary>
    /// Whether gradients travel as bfloat16, which halves the bytes between the processes and rounds each gradient to 8 bits. They are added in float32.
    /// Default: no.
    /// </summary>
    public bool BFloat16Gradients { get; init; }

    /// <summary>
    /// Whether <see cref="CnnTrainerOptions.LearningRate"/> is that of one process, and is multiplied by their number (Goyal et al. 2017, section 2.1). A
    /// <see cref="CnnTrainerOptions.Schedule"/> without a warm-up then gets one, of 5 epochs or a tenth of all where these are fewer than 50, which begins at
    /// one process's rate (section 2.2). A rate that is left open fits the batches of all processes anyway. Default: no.
    /// </summary>
    public bool ScalesLearningRate { get; init; }

    /// <summary>
    /// How long a process waits for another before all end with a message that names the missing one, above 0. Longer than anything that one process does while
    /// the others wait, such as writing a checkpoint. Default: 10 minutes.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Whether this process is the one of those that were started together that saves the model and tells of it: rank 0 among several, and any process that
    /// trains alone. Known before training, from the environment.
    /// </summary>
    public bool IsMain => IsNone || Launch.Find(Environment.GetEnvironmentVariable) is not { Rank: > 0 };

    internal bool IsNone { get; private init; }
}
