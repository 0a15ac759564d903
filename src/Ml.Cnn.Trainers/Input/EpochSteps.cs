namespace Ml.Cnn.Trainers.Input;

/// <summary>Into how many steps the processes of a training take an epoch, which each must know before it has seen its rows.</summary>
/// <param name="Images">Labeled rows of all processes.</param>
/// <param name="BatchSize">Of each process.</param>
/// <param name="World">How many processes there are.</param>
/// <param name="IsNormalizedAlone">Whether a process's batch is normalized by itself, which takes more than one image.</param>
internal sealed record EpochSteps(long Images, int BatchSize, int World, bool IsNormalizedAlone)
{
    /// <summary>Batches of all processes together.</summary>
    public long Count => Joins ? Images / ImagesOfStep : (Images + ImagesOfStep - 1) / ImagesOfStep;

    /// <summary>
    /// Images of a process that are too few for a batch of their own and join the one before: what is left at the end of an epoch, and would be one image, as
    /// where a process trains alone; or what would leave a process with fewer than two.
    /// </summary>
    public int TooFew => World == 1 ? 1 : Joins ? 2 : 0;

    private long ImagesOfStep => (long)BatchSize * World;

    private bool Joins => BatchSize > 1 && Images > ImagesOfStep && Images % ImagesOfStep is > 0 and var left && left < (IsNormalizedAlone ? 2L * World : 2);
}
