using System.Text.Json.Serialization;

namespace Ml.Cnn.Transforms;

/// <summary>
/// What a data set of images holds. Serialized by System.Text.Json with camel-case names it is
/// <c>{images, classes:[{label, count}], sizes:{minWidth, maxWidth, minHeight, maxHeight}, badFiles:[{file, reason}], duplicates:[[file, …]],
/// passedOver:[{kind, count}]}</c>.
/// </summary>
public sealed record ImageDataReport
{
    [JsonConstructor]
    internal ImageDataReport() { }

    /// <summary>The number of images, those that cannot be read included.</summary>
    public long Images { get; init; }

    /// <summary>How many images each class has, those that cannot be read included; sorted by class. Empty without a column of labels.</summary>
    public IReadOnlyList<ClassCount> Classes { get; init; } = [];

    /// <summary>The smallest and largest sides of the images that can be read, upright; 0 if there are none.</summary>
    public ImageSizes Sizes { get; init; } = new(0, 0, 0, 0);

    /// <summary>The images that cannot be read, in the data's order.</summary>
    public IReadOnlyList<BadImage> BadFiles { get; init; } = [];

    /// <summary>Images whose files are equal byte for byte: each list has two or more, in the data's order.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Duplicates { get; init; } = [];

    /// <summary>Files that the data's source left out, by kind, the most frequent first. Default: none.</summary>
    public IReadOnlyList<PassedOverFiles> PassedOver { get; init; } = [];

    /// <summary>How many of the images that can be read are gray, in color, or in color with alpha, as their files say. Not serialized.</summary>
    [JsonIgnore]
    public ImageChannels Channels { get; init; } = new(0, 0, 0);

    /// <summary>"31 images of 3 classes, 2 bad files, 0 groups of duplicates".</summary>
    public override string ToString() => FormattableString.Invariant(
        $"{Images} images of {Classes.Count} classes, {BadFiles.Count} bad files, {Duplicates.Count} groups of duplicates");
}

/// <summary>The smallest and largest sides of a data set's images, in pixels.</summary>
/// <param name="MinWidth">The smallest width.</param>
/// <param name="MaxWidth">The largest width.</param>
/// <param name="MinHeight">The smallest height.</param>
/// <param name="MaxHeight">The largest height.</param>
public sealed record ImageSizes(int MinWidth, int MaxWidth, int MinHeight, int MaxHeight);

/// <summary>How many images have which channels.</summary>
/// <param name="Gray">One channel.</param>
/// <param name="Rgb">Three channels; files with a palette or in CMYK count here.</param>
/// <param name="Rgba">Three channels and alpha, whether or not a pixel is transparent.</param>
public sealed record ImageChannels(long Gray, long Rgb, long Rgba);

/// <summary>An image that cannot be used.</summary>
/// <param name="File">Its path, its name in the archive, or "row 12" where it has neither (rows count from 0).</param>
/// <param name="Reason">Why not, as a sentence.</param>
public sealed record BadImage(string File, string Reason)
{
    /// <summary>File and reason in one line.</summary>
    public override string ToString() => $"{File}: {Reason}";
}
