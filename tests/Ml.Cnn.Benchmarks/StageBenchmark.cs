using System.Diagnostics;
using Ml.Cnn.Transforms;
using Ml.Cnn.Transforms.Augmentation;
using Ml.Cnn.Transforms.Augmentation.Pixels;
using Ml.Cnn.Transforms.Decoding;
using Ml.Cnn.Transforms.Geometry;

namespace Ml.Cnn.Benchmarks;

/// <summary>Where the time of one image goes: each stage of the loader alone, on one thread, over files that are in memory.</summary>
internal static class StageBenchmark
{
    private delegate void Work(byte[] file, PixelImage image);

    public static void Run(string folder, int size, int epochs)
    {
        var files = Directory.EnumerateFiles(folder, "*.JPEG", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(500).Select(File.ReadAllBytes)
            .ToArray();
        var preprocessing = new ImagePreprocessing { Height = size, Width = size, ResizeShortSide = size };
        var images = files.Select(file => ImageDecoder.Decode(file)).ToArray();
        var (random, scratch, pipeline) = (new Random(1), new AugmentationScratch(), new AugmentationPipeline(LoaderBenchmark.Recipe, preprocessing));
        var crops = images.Select(p => Crop(p, random)).ToArray();
        var target = new byte[size * size * 3];
        var floats = new float[target.Length];
        var (decoded, flipped) = (new PixelImage(), new PixelImage(size, size, 3));
        var normalizer = new PixelTensor(Normalization.ImageNet, 3);
        var stages = new (string Name, Action<int> Work)[]
        {
            ("decode", i => ImageDecoder.Decode(files[i], decoded)),
            ("resize", i => ImageResizer.Resize(images[i], crops[i], size, size, PixelRectangle.Whole(size, size), Interpolation.Bilinear, target, size * 3)),
            ("flip", _ => Mirror.Horizontally(flipped)),
            ("fill", _ => normalizer.FillInterleaved(target, floats)),
            ("augment", i =>
            {
                var draws = new AugmentationRandom(1, 1, (ulong)i);
                pipeline.Apply(images[i], scratch, ref draws, target);
            }),
        };
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            foreach (var (name, work) in stages)
            {
                var clock = Stopwatch.StartNew();
                for (var i = 0; i < files.Length; i++)
                    work(i);
                Console.Write($"{name} {clock.Elapsed.TotalMicroseconds / files.Length:0} µs  ");
            }
            Console.WriteLine();
        }
    }

    private static PixelRectangle Crop(PixelImage image, Random random)
    {
        var draws = new AugmentationRandom(random.Next(), 1, 1);
        return new RandomResizedCrop().Draw(image.Width, image.Height, ref draws);
    }
}
