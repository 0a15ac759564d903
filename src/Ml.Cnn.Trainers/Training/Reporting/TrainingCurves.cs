using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Training.Reporting;
using SkiaSharp;

namespace Ml.Cnn.Trainers;

/// <summary>An image of how a training went: loss, accuracy and learning rate over the epochs. On a system without any font it has no text.</summary>
public static class TrainingCurves
{
    /// <summary>Draws the curves into a file. An earlier file is replaced by the whole new one only.</summary>
    /// <param name="history">The epochs, as <see cref="CnnTransformer.History"/> gives them; at least one.</param>
    /// <param name="path">The file, a PNG.</param>
    /// <param name="width">In pixels, at least 400. Default 1200.</param>
    /// <param name="height">In pixels, at least 300. Default 800.</param>
    /// <exception cref="ArgumentException">The history is empty.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void Save(IReadOnlyList<CnnEpoch> history, string path, int width = 1200, int height = 800)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        Check(history, width, height);
        AtomicFile.Write(Path.GetFullPath(path), stream => Save(history, stream, width, height));
    }

    /// <summary>Draws the curves as a PNG.</summary>
    /// <param name="history">The epochs, at least one.</param>
    /// <param name="stream">Where the image is written to; left open.</param>
    /// <param name="width">In pixels, at least 400. Default 1200.</param>
    /// <param name="height">In pixels, at least 300. Default 800.</param>
    /// <exception cref="ArgumentException">The history is empty.</exception>
    public static void Save(IReadOnlyList<CnnEpoch> history, Stream stream, int width = 1200, int height = 800)
    {
        ArgumentNullException.ThrowIfNull(stream);
        Check(history, width, height);
        using var image = CurvesImage.Draw(history, width, height);
        using var png = image.Encode(SKEncodedImageFormat.Png, 100);
        png.SaveTo(stream);
    }

    private static void Check(IReadOnlyList<CnnEpoch> history, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(history);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 400);
        ArgumentOutOfRangeException.ThrowIfLessThan(height, 300);
        if (history.Count == 0)
            throw new ArgumentException("There is no epoch to draw.", nameof(history));
    }
}
