using System.Diagnostics;
using Microsoft.ML;
using Microsoft.ML.Data;

namespace Ml.Cnn.Benchmarks;

/// <summary>Images from a source to encoded bytes on all cores, without a network: how fast, and how much memory that takes.</summary>
internal static class ReadingBenchmarks
{
    /// <summary>Reads a folder of class folders, or a tar archive of them, in a new order every epoch.</summary>
    public static double[] Read(string path, int epochs, int threads)
    {
        var context = new MLContext();
        var data = Open(context, path);
        var image = data.Schema["Image"];
        return [.. Enumerable.Range(0, epochs).Select(epoch =>
        {
            var time = Stopwatch.StartNew();
            var count = 0L;
            var readers = data.GetRowCursorSet([image], threads, new Random(epoch)).Select(cursor => Task.Factory.StartNew(() =>
            {
                using (cursor)
                {
                    var get = cursor.GetGetter<VBuffer<byte>>(image);
                    VBuffer<byte> bytes = default;
                    for (; cursor.MoveNext(); Interlocked.Increment(ref count))
                        get(ref bytes);
                }
            }, TaskCreationOptions.LongRunning)).ToArray();
            Task.WaitAll(readers);
            return count / time.Elapsed.TotalSeconds;
        })];
    }

    /// <summary>Decodes every image and reports on them.</summary>
    public static double[] Inspect(string path, int epochs)
    {
        var context = new MLContext();
        var data = Open(context, path);
        return [.. Enumerable.Range(0, epochs).Select(_ =>
        {
            var time = Stopwatch.StartNew();
            var report = context.Data.InspectImages(data);
            Console.Error.WriteLine(
                $"{report.Images} images, {report.BadFiles.Count} bad, {report.Duplicates.Count} duplicated, {report.Sizes}, {report.Channels}");
            return report.Images / time.Elapsed.TotalSeconds;
        })];
    }

    private static IDataView Open(MLContext context, string path)
    {
        if (File.Exists(path))
            return context.Data.LoadImageArchive(path);
        var paths = context.Data.LoadImageFolder(path);
        return context.Transforms.LoadRawImageBytes("Image", null, "ImagePath").Fit(paths).Transform(paths);
    }
}
