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
    private readonly Picture[] _pictures = [.. images.Select(image => new Picture(image.Width, image.Height, image.PixelFormat, image.Pixels.ToArray(), image.Tag))];

    /// <inheritdoc/>
    internal override Delegate CreateGetter(int column, Func<int> row)
    {
        return column == 1 ? TextGetter(row, index => labels[index]) : (ValueGetter<MLImage>)Get;

        void Get(ref MLImage value)
        {
            var picture = _pictures[row()];
            value?.Dispose(); // as ML.NET's image loader does
            value = MLImage.CreateFromPixels(picture.Width, picture.Height, picture.Format, picture.Pixels);
            value.Tag = picture.Tag;
        }
    }

    private static DataViewSchema MakeSchema(string imageColumnName, string labelColumnName)
    {
        var builder = new DataViewSchema.Builder();
        builder.AddColumn(imageColumnName, new ImageDataViewType());
        builder.AddColumn(labelColumnName, TextDataViewType.Instance);
        return builder.ToSchema();
    }

    private sealed record Picture(int Width, int Height, MLPixelFormat Format, byte[] Pixels, string Tag);
}
