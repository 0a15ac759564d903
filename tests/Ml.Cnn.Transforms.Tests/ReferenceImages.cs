using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Tests;

/// <summary>The files that TestData/generate.py made, and how far pixels are from them.</summary>
internal static class ReferenceImages
{
    private static string Folder => Path.Combine(AppContext.BaseDirectory, "TestData");

    public static byte[] Read(string name) => File.ReadAllBytes(Path.Combine(Folder, name));

    public static IEnumerable<string> Names(string pattern) =>
        Directory.EnumerateFiles(Folder, pattern).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal);

    public static PixelImage Decode(string name, int channels = 3) => ImageDecoder.Decode(Read(name), new DecodeOptions { Channels = channels });

    /// <summary>At most <paramref name="most"/> gray levels apart everywhere, and at most 1 for all but <paramref name="share"/> of the values.</summary>
    public static void AssertClose(PixelImage expected, ReadOnlySpan<byte> actual, string what, int most = 2, double share = 0.001)
    {
        Assert.AreEqual(expected.Pixels.Length, actual.Length, what);
        var (largest, beyondOne) = (0, 0);
        for (var i = 0; i < actual.Length; i++)
        {
            var difference = Math.Abs(expected.Pixels[i] - actual[i]);
            largest = Math.Max(largest, difference);
            beyondOne += difference > 1 ? 1 : 0;
        }
        Assert.IsLessThanOrEqualTo(most, largest, $"{what}: largest difference");
        Assert.IsLessThanOrEqualTo(share * actual.Length, beyondOne, $"{what}: values more than 1 apart");
    }

    public static double MeanDifference(ReadOnlySpan<byte> a, ReadOnlySpan<byte> b)
    {
        Assert.AreEqual(a.Length, b.Length);
        var sum = 0L;
        for (var i = 0; i < a.Length; i++)
            sum += Math.Abs(a[i] - b[i]);
        return (double)sum / a.Length;
    }
}
