using Ml.Cnn.Trainers.Settings;

namespace Ml.Cnn.Trainers;

/// <summary>
/// Training with images of several sizes, another one every few steps (Redmon and Farhadi 2016, "YOLO9000", section 2), for networks that take any size: those
/// that end in a pooling over whatever is left of the image.
/// </summary>
/// <remarks>
/// Images are decoded at the largest of the sizes and brought to the others batch by batch, with an antialiasing filter. So every size shows what it can
/// show of an image, and batches can be decoded before their size is known. Scoring uses <see cref="CnnTrainerOptions.ImageSize"/>.
/// </remarks>
public sealed class MultiScale
{
    /// <summary>The paper's ten steps.</summary>
    public const int DefaultStepsPerSize = 10;

    private MultiScale(IReadOnlyList<int> sizes, int stepsPerSize)
    {
        if (sizes.Count == 0 || sizes.Any(size => size < 1))
            throw OptionCheck.Wrong(nameof(sizes), string.Join(", ", sizes), "one or more numbers of pixels, at least 1 each");
        if (stepsPerSize < 1)
            throw OptionCheck.Wrong(nameof(stepsPerSize), stepsPerSize, "at least 1");
        (Sizes, StepsPerSize) = ([.. sizes.Distinct().Order()], stepsPerSize);
    }

    /// <summary>Heights and widths in pixels, rising.</summary>
    public IReadOnlyList<int> Sizes { get; }

    /// <summary>Steps until a new size is drawn.</summary>
    public int StepsPerSize { get; }

    /// <summary>A set of sizes.</summary>
    /// <param name="sizes">Heights and widths in pixels, at least 1 each.</param>
    /// <param name="stepsPerSize">Steps until a new size is drawn, at least 1. Default 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no sizes, or a number is below 1.</exception>
    public static MultiScale Of(IReadOnlyList<int> sizes, int stepsPerSize = DefaultStepsPerSize)
    {
        ArgumentNullException.ThrowIfNull(sizes);
        return new(sizes, stepsPerSize);
    }

    /// <summary>Sizes from the smallest to the largest.</summary>
    /// <param name="smallest">In pixels, at least 1.</param>
    /// <param name="largest">In pixels, at least the smallest.</param>
    /// <param name="interval">In pixels, at least 1. Default 32, the stride of most networks.</param>
    /// <param name="stepsPerSize">Steps until a new size is drawn, at least 1. Default 10.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is out of its range.</exception>
    public static MultiScale Range(int smallest, int largest, int interval = 32, int stepsPerSize = DefaultStepsPerSize)
    {
        if (largest < smallest)
            throw OptionCheck.Wrong(nameof(largest), largest, $"at least {nameof(smallest)}");
        if (interval < 1)
            throw OptionCheck.Wrong(nameof(interval), interval, "at least 1");
        return new([.. Enumerable.Range(0, (largest - smallest) / interval + 1).Select(i => smallest + i * interval)], stepsPerSize);
    }
}
