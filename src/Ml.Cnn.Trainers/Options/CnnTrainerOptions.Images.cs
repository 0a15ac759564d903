namespace Ml.Cnn.Trainers;

public abstract partial class CnnTrainerOptions
{
    /// <summary>
    /// Trains on small images first and on larger ones later, for networks that take any size: less time for about the same accuracy (Tan and Le 2021,
    /// section 4). Not with <see cref="MultiScale"/>. Default: <see cref="ImageSize"/> from the beginning.
    /// </summary>
    public ProgressiveResizing? ProgressiveResizing { get; set; }

    /// <summary>
    /// Images without labels that are learned along with the labeled ones, by the classes that the network itself is sure of (Sohn et al. 2020, section 2):
    /// where labels are few and images are not. Default: none.
    /// </summary>
    public PseudoLabels? PseudoLabels { get; set; }
}
