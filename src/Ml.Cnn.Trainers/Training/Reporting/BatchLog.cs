using System.Globalization;
using Ml.Cnn.Trainers.IO;
using Ml.Cnn.Trainers.Metrics;
using Ml.Cnn.Transforms.Decoding;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>The first images that a training sees, a PNG file each: "03 daisy.png". A resumed training leaves those of its beginning as they are.</summary>
/// <param name="folder">Emptied of earlier ones.</param>
/// <param name="images">What the images are.</param>
internal sealed class BatchLog(string folder, ObservedImages images) : ITrainingObserver
{
    /// <summary>More images of the batch are left out.</summary>
    public const int Most = 32;

    private bool _isBeginning;

    public void Begin(IReadOnlyList<CnnEpoch> history, long steps)
    {
        _isBeginning = steps == 0;
        if (!_isBeginning || !Directory.Exists(folder))
            return;
        foreach (var file in Directory.GetFiles(folder, "?? *.png"))
            File.Delete(file);
    }

    public void FirstBatch(Tensor pixels, Tensor labels)
    {
        if (!_isBeginning)
            return;
        Directory.CreateDirectory(folder);
        foreach (var (name, image) in Named(pixels, labels, images))
            AtomicFile.Write(Path.Join(folder, FileName(name) + ".png"), stream => stream.Write(PngEncoder.Encode(image)));
    }

    public void Step(CnnStep step, PassTotals totals) { }

    public void Epoch(CnnEpoch epoch) { }

    public void Dispose() { }

    /// <summary>The first images, each with its place in the batch and its class: "03 daisy".</summary>
    public static IEnumerable<(string Name, PixelImage Image)> Named(Tensor pixels, Tensor labels, ObservedImages images)
    {
        using var onCpu = labels.cpu();
        long[] classes = onCpu.data<long>().ToArray();
        return NetworkImages.ToPixels(pixels, images.Normalization, Most)
            .Select((image, i) => ($"{i.ToString("00", CultureInfo.InvariantCulture)} {images.ClassNames[(int)classes[i]]}", image)).ToArray();
    }

    // Class names may hold what no file name may.
    private static string FileName(string name) =>
        string.Join("_", name.Split([.. Path.GetInvalidFileNameChars(), '/', '\\', ':', '*', '?', '"', '<', '>', '|']));
}
