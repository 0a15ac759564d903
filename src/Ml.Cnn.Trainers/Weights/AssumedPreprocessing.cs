using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Weights;

/// <summary>How weights expect images as far as it is known, and how it is known.</summary>
/// <param name="Preprocessing">The preprocessing.</param>
/// <param name="Reason">Why it is that one, to go after "as": "ResNet50_Weights.IMAGENET1K_V2 were evaluated".</param>
/// <param name="Doubt">What speaks for another one; null if nothing does.</param>
internal sealed record AssumedPreprocessing(ImagePreprocessing Preprocessing, string Reason, string? Doubt)
{
    /// <summary>
    /// As published weights are evaluated. Weights of one's own: as the network's first published ones, for its later recipes (232 pixels for
    /// ResNet-50's) are few people's own; else the network's image size and normalization.
    /// </summary>
    /// <param name="published">The published weights that these are; null for others.</param>
    /// <param name="architecture">The network.</param>
    /// <param name="channels">The channels of its images.</param>
    public static AssumedPreprocessing Of(PretrainedWeights? published, Architecture architecture, int channels)
    {
        var candidates = PretrainedWeights.All.Where(weights => weights.Architecture == architecture.Name && !weights.IsTrunkOnly).ToArray();
        if ((published ?? candidates.FirstOrDefault()) is not { } weights)
        {
            return new(For(channels, new ImagePreprocessing
            {
                Height = architecture.ImageSize,
                Width = architecture.ImageSize,
                ResizeShortSide = architecture.ImageSize,
                Normalization = architecture.Normalization,
            }), $"{architecture.Name} was designed", null);
        }
        if (published is not null)
            return new(For(channels, published.Preprocessing), $"{published.Name} were evaluated", null);
        var other = candidates.FirstOrDefault(candidate => candidate.Preprocessing != weights.Preprocessing);
        return new(For(channels, weights.Preprocessing), $"{weights.Name} were evaluated, since the file does not say", other is null ? null
            : $"{architecture.Name} is published with several preprocessings, and the file does not say its own. {weights.Name} resize images to "
            + $"{Sizes(weights)}, and so does this model; "
                + $"{other.Name} resize them to {Sizes(other)}.");
    }

    private static ImagePreprocessing For(int channels, ImagePreprocessing preprocessing) =>
        preprocessing with { Channels = channels, Normalization = preprocessing.Normalization.ForChannels(channels) };

    private static string Sizes(PretrainedWeights weights) =>
        FormattableString.Invariant($"{weights.Preprocessing.ResizeShortSide} pixels and cut {weights.Preprocessing.Height} out");
}
