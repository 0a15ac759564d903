using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>How rows become the network's input.</summary>
internal sealed record InputSettings
{
    /// <summary>As asked for; the preprocessing of a run, which is compared by itself, holds what it came to.</summary>
    [DoesNotAffectResult]
    public required int? ImageSize { get; init; }

    /// <summary>As asked for, like <see cref="ImageSize"/>.</summary>
    [DoesNotAffectResult]
    public required int? Channels { get; init; }

    public required PixelLayout PixelLayout { get; init; }
    public required ImageAugmentation? Augmentation { get; init; }
    public required BadImageHandling OnBadImage { get; init; }
    public required ImageCache Cache { get; init; }

    [DoesNotAffectResult]
    public required int ReaderThreads { get; init; }
}
