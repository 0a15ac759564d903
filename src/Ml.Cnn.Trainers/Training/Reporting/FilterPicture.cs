using Ml.Cnn.Trainers.Layers;
using Ml.Cnn.Transforms.Decoding;
using static TorchSharp.torch;

namespace Ml.Cnn.Trainers.Training.Reporting;

/// <summary>
/// The filters of a convolution as a grid: in color where they take three channels, else the first channel of each in gray. One scale for all, its middle gray
/// being 0, so that filters that have learned nothing look flat.
/// </summary>
internal static class FilterPicture
{
    private const int Gap = 1;
    private const int SmallestTile = 24;
    private const int Most = 256;

    /// <param name="filters">Filters × channels × height × width.</param>
    /// <returns>RGBA.</returns>
    public static PixelImage Draw(Tensor filters)
    {
        using var scope = NewDisposeScope();
        var some = filters.detach().narrow(0, 0, Math.Min(Most, filters.size(0))).to(float32, CPU);
        some = some.size(1) == 3 ? some : some.narrow(1, 0, 1).expand(-1, 3, -1, -1);
        var largest = Math.Max(some.abs().max().Number(), float.Epsilon);
        var levels = some.Over(largest).Times(127.5).Plus(127.5).round().Between(0, 255);
        var bytes = levels.to(uint8).permute(0, 2, 3, 1).contiguous(); // count × height × width × 3
        var (count, height, width) = ((int)bytes.size(0), (int)bytes.size(1), (int)bytes.size(2));
        var scale = Math.Max(1, (SmallestTile + Math.Max(height, width) - 1) / Math.Max(height, width));
        var columns = (int)Math.Ceiling(Math.Sqrt(count));
        var rows = (count + columns - 1) / columns;
        var picture = new PixelImage(columns * (width * scale + Gap) + Gap, rows * (height * scale + Gap) + Gap, 4);
        picture.Pixels.Fill(255);
        var pixels = bytes.bytes;
        for (var i = 0; i < count; i++)
        {
            var (left, top) = (Gap + i % columns * (width * scale + Gap), Gap + i / columns * (height * scale + Gap));
            for (var y = 0; y < height * scale; y++)
                for (var x = 0; x < width * scale; x++)
                    pixels.Slice(((i * height + y / scale) * width + x / scale) * 3, 3).CopyTo(picture.Pixels[(((top + y) * picture.Width + left + x) * 4)..]);
        }
        return picture;
    }
}
