namespace Ml.Cnn.Trainers;

/// <summary>Which parts of a network keep the weights that training starts from (Yosinski et al. 2014; Howard and Ruder 2018, section 3.3).</summary>
/// <remarks>A part that keeps its weights runs as it scores: without dropout, and with the running statistics of batch normalization.</remarks>
public enum Freezing
{
    /// <summary>None: every weight is trained.</summary>
    None,

    /// <summary>
    /// All but the head, the last layer. Where no augmentation asks for new images every epoch, what the head sees of each image is
    /// computed once and kept in a temporary file, so that all epochs but the first are quick.
    /// </summary>
    Backbone,

    /// <summary>
    /// At first all but the head; then, every <see cref="CnnTrainerOptions.EpochsPerStage"/> epochs, one stage less, from the output to the input
    /// (<see cref="Architectures.Architecture.Stages"/>).
    /// </summary>
    Stages,
}
