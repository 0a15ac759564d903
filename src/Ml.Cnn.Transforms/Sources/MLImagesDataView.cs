using Microsoft.ML;
using Microsoft.ML.Data;
using Microsoft.ML.Transforms.Image;

namespace Ml.Cnn.Transforms.Sources;

/// <summary>
/// Decoded images in memory. ML.NET's image transforms dispose of what they read, so every read is a new image; and so
/// the pixels are copied here, and the caller may dispose of the originals.
/// </summary>
internal sealed class MLImagesDataView(MLImage[] images, string[] labels, string imageColumnName, string labelColumnName)
    : IndexedDataView(MakeSchema(imageColumnName, labelColumnName), images.Length)
{
    private readonly Image[] _images = [.. images.Select(image => new Image(image.Width, image.Height, image.PixelFormat, image.Pixels.ToArray(), image.Tag))];

    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row)
    {
        return column == 1 ? TextGetter(row, index => labels[index]) : (ValueGetter<MLImage>)Get;

        void Get(ref MLImage value)
        {
            var image = _images[row()];
            value?.Dispose(); // as ML.NET's image loader does
            value = MLImage.CreateFromPixels(image.Width, image.Height, image.Format, image.Pixels);
            value.Tag = image.Tag;
        }
    }

    private static DataViewSchema MakeSchema(string imageColumnName, string labelColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imageColumnName, new ImageDataViewType());
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }

    private sealed record Image(int Width, int Height, MLPixelFormat Format, byte[] Pixels, string Tag);
}
