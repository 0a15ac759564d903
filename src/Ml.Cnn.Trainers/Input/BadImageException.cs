using Ml.Cnn.Transforms;

namespace Ml.Cnn.Trainers;

/// <summary>Some images could not be used. The message names all of them, up to <see cref="Named"/>.</summary>
public sealed class BadImageException : InvalidOperationException
{
    /// <summary>How many bad images the message names; <see cref="Images"/> holds all.</summary>
    public const int Named = 50;

    /// <param name="images">The images, at least one.</param>
    public BadImageException(IReadOnlyList<BadImage> images) : base(Describe(images)) => Images = images;

    /// <summary>Every bad image, in ordinal order of the names.</summary>
    public IReadOnlyList<BadImage> Images { get; }

    private static string Describe(IReadOnlyList<BadImage> images) =>
        $"{images.Count} {(images.Count == 1 ? "image" : "images")} cannot be used; mend or remove {(images.Count == 1 ? "it" : "them")}, "
        + $"or skip bad images (OnBadImage = Skip):{Environment.NewLine}  "
        + string.Join($"{Environment.NewLine}  ", images.Take(Named))
        + (images.Count > Named ? $"{Environment.NewLine}  … and {images.Count - Named} more" : "");
}
