namespace Ml.Cnn.Trainers;

/// <summary>
/// Where and how often training keeps all that it takes to go on: the network, the optimizer's memory, the state of chance, the place in the
/// epoch, the history and the best weights so far.
/// </summary>
/// <remarks>
/// A checkpoint is a .safetensors file, some three times as large as the weights. It is written beside, flushed to the disk and moved to its
/// place, so that a process that is killed leaves no half file; its name ends in the SHA-256 of its content, which is checked before it is
/// used. The newest two are kept. One more is written when training ends or is stopped, except by a loss that is not a number.
/// </remarks>
/// <example>
/// <code>
/// Checkpoints = new CheckpointOptions { Folder = "checkpoints", Every = TimeSpan.FromMinutes(10), Resume = true }
/// </code>
/// </example>
public sealed class CheckpointOptions
{
    /// <summary>The folder, for one training alone; made where there is none.</summary>
    public required string Folder { get; set; }

    /// <summary>After how many epochs the next one is written, at least 1; null: not by epochs. Default 1.</summary>
    public int? EveryEpochs { get; set; } = 1;

    /// <summary>After what time the next one is written, above 0, also in the middle of an epoch. Default: not by time.</summary>
    public TimeSpan? Every { get; set; }

    /// <summary>
    /// Whether training goes on from the newest checkpoint in the folder, or starts afresh where there is none. On the CPU with the same
    /// number of threads (<see cref="CnnTrainerOptions.NetworkThreads"/>) the weights are then those of an undisturbed training, bit for bit. A
    /// checkpoint of another network, other data or other settings is refused, and a damaged one passed over with a warning. Default: no, and a
    /// folder that holds checkpoints already is
    /// refused.
    /// </summary>
    /// <remarks>
    /// Where no seed is given, the checkpoint's is taken. Draws of a GPU (dropout) are not repeated. The order of the rows must be a
    /// function of the seed and the epoch, as it is for all sources of this library and for caches; where an epoch's rows come in another order than before, a
    /// warning says so.
    /// </remarks>
    public bool Resume { get; set; }
}
