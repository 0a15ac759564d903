namespace Ml.Cnn.Trainers;

/// <summary>How a network is adapted to a new domain; see <see cref="CnnAdaptation.AdaptTo"/>.</summary>
public sealed class CnnAdaptationOptions
{
    /// <summary>
    /// Images that are enough without <see cref="SourceImages"/>: statistics of fewer may make a network worse rather than better (Schneider et al. 2020,
    /// "Improving robustness against common corruptions by covariate shift adaptation").
    /// </summary>
    public const int LeastImages = 32;

    /// <summary>The most images to compute from, at least 2. They are drawn where there are more. Default: all.</summary>
    public int? MostImages { get; set; }

    /// <summary>
    /// N: how many images of the new domain the statistics of training count as, 0 or more. Of n new images the statistics are N / (N + n) old ones and
    /// n / (N + n) new ones (Schneider et al. 2020). Default 0, the new ones alone; 16 to 128 where there are few new images.
    /// </summary>
    public int SourceImages { get; set; }

    /// <summary>
    /// Images that go through the network together, at least 2: later layers see them normalized by what their batch has in common. Default 64.
    /// </summary>
    public int BatchSize { get; set; } = 64;

    /// <summary>Ends the pass early. Default: none.</summary>
    public CancellationToken CancellationToken { get; set; }
}
