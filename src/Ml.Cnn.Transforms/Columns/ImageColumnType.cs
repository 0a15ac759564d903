using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Transforms.Decoding;

namespace Ml.Cnn.Transforms.Columns;

/// <summary>One type of column that images come in: how it is recognized, read row by row, and made into pixels.</summary>
/// <remarks>
/// The instances are in <see cref="ImageColumnTypes"/> and hold nothing, so any thread may use them. What a row holds is
/// kept in an <see cref="ImageContent"/>, and its methods are called once for an image, never for a pixel.
/// </remarks>
internal abstract class ImageColumnType
{
    /// <summary>How an error lists the type among those that are accepted.</summary>
    public abstract string Description { get; }

    /// <summary>Whether the content is a file that takes decoding: longer than handing it to another thread, and at smaller scales on demand.</summary>
    public virtual bool IsEncoded => false;

    /// <summary>Whether the values go to the network as they are, only normalized: they are neither resized nor augmented, nor made into bytes.</summary>
    public virtual bool IsUsedAsItIs => false;

    /// <summary>Checks what a shape can tell: the item type and whether it is a vector.</summary>
    public abstract bool Fits(SchemaShape.Column column);

    /// <summary>The format of a column of this type; null for other types and dimensions that are no image's.</summary>
    /// <param name="type">The column's type.</param>
    /// <param name="channelsFirst">How pixels are arranged; null: as the dimensions tell.</param>
    /// <param name="channels">The channels of a flat vector; null takes the first of 1, 3 and 4 that makes a square.</param>
    public abstract ImageColumnFormat? FormatOf(DataViewType type, bool? channelsFirst, int? channels);

    /// <summary>Opens the column of a cursor's row.</summary>
    /// <returns>
    /// Takes the current row's image into a content. The exceptions of an image that cannot be had are told from others by
    /// <see cref="IsAboutTheImage"/>.
    /// </returns>
    public abstract Action<ImageContent> OpenReader(DataViewRow row, DataViewSchema.Column column);

    /// <summary>The pixels of a row.</summary>
    /// <param name="content">What was read.</param>
    /// <param name="format">The column's.</param>
    /// <param name="room">Room for the pixels, where they are not in the content already.</param>
    /// <param name="options">How files are decoded. Default: RGB at full size.</param>
    /// <returns><paramref name="room"/>, or the content's own image.</returns>
    /// <exception cref="ImageDecodingException">Whatever is wrong with the image.</exception>
    public abstract PixelImage Decode(ImageContent content, ImageColumnFormat format, PixelImage room, DecodeOptions? options = null);

    /// <summary>The input of a network, of a type that <see cref="IsUsedAsItIs"/>.</summary>
    /// <param name="content">What was read.</param>
    /// <param name="format">The column's.</param>
    /// <param name="normalization">Means and deviations, one for each channel.</param>
    /// <param name="channelsLast">Whether the values of a pixel lie side by side in the destination.</param>
    /// <param name="destination">Takes height × width × channels values.</param>
    /// <exception cref="ImageDecodingException">The row holds another number of values.</exception>
    public virtual void Normalize(ImageContent content, ImageColumnFormat format, Normalization normalization, bool channelsLast, Span<float> destination) =>
        throw new NotSupportedException($"Images as {Description} are made into pixels first.");

    /// <summary>The largest value of a row, where the type leaves the scale to the data; null where it does not.</summary>
    public virtual float? LargestValue(ImageContent content) => null;

    /// <summary>Decodes a whole image, and says what it is.</summary>
    /// <param name="content">What was read.</param>
    /// <param name="format">The column's.</param>
    /// <param name="room">Room for the pixels.</param>
    /// <exception cref="ImageDecodingException">Whatever is wrong with the image.</exception>
    public virtual EncodedImageInfo Inspect(ImageContent content, ImageColumnFormat format, PixelImage room)
    {
        var image = Decode(content, format, room);
        return new(image.Width, image.Height, image.Channels);
    }

    /// <summary>
    /// Whether an exception of a reader means one bad image rather than the end of the cursor: ML.NET's LoadImages and
    /// LoadRawImageBytes open the file inside the getter.
    /// </summary>
    public static bool IsAboutTheImage(Exception e) => e.GetBaseException()
        is ImageDecodingException or IOException or InvalidDataException or UnauthorizedAccessException
            or ArgumentException or InvalidOperationException or NotSupportedException;
}
