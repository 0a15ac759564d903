using Microsoft.ML;
using Microsoft.ML.Data;
using Ml.Cnn.Inspection.Embedding;
using Ml.Cnn.Inspection.Exemplars;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Inspection;

/// <summary>Which images are alike for a trained network: in the plane, and around one image.</summary>
public static class CnnTransformerEmbeddingExtensions
{
    /// <summary>
    /// The images of a data set as points in the plane: the first two principal components of what a layer makes of them. One pass over the data.
    /// </summary>
    /// <remarks>
    /// The components are exact, computed in float64; of each direction the largest number is positive, so that the same features give the same points. One
    /// image, or images that have all the same features, lie at 0. See <see cref="CnnEmbedding"/> for the memory that it takes; beside that, a matrix of the
    /// features squared, or of the images squared where they are fewer, 8 bytes each.
    /// </remarks>
    /// <param name="model">A trained network.</param>
    /// <param name="data">
    /// Images in the column that the network reads (<see cref="CnnClassifier.FeatureColumnName"/>), which keep their order when they are read again. Those that
    /// cannot be read are left out.
    /// </param>
    /// <param name="options">Layer and labels. Default: the features before the head, labels in the column "Label".</param>
    /// <exception cref="ArgumentException">
    /// There is no such layer; the message names the nearest. Or no image can be read, or there are more than 10,000 features and images.
    /// </exception>
    /// <exception cref="ArgumentOutOfRangeException">The column of images or that of labels is missing or of another type.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnEmbedding Embed(this CnnTransformer model, IDataView data, CnnEmbeddingOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        return EmbeddingMaker.Make(model, data, options ?? new());
    }

    /// <summary>
    /// The images of a data set that are most like an image, by the cosine of the angle between the features before the head. One pass over the data.
    /// </summary>
    /// <param name="model">A trained network.</param>
    /// <param name="data">
    /// Images in the column that the network reads (<see cref="CnnClassifier.FeatureColumnName"/>). Those that cannot be read are left out.
    /// </param>
    /// <param name="imagePath">An image file of any format that the library reads; where the data has the image too, it is the first neighbor.</param>
    /// <param name="count">How many images, 1 or more. Default 12.</param>
    /// <exception cref="ArgumentException">No image of the data can be read.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The column of images is missing or of another type, or no neighbor is asked for.</exception>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnNeighbors Neighbors(this CnnTransformer model, IDataView data, string imagePath, int count = 12) =>
        Neighbors(model, data, InspectedPhoto.Read(imagePath), count);

    /// <inheritdoc cref="Neighbors(CnnTransformer, IDataView, string, int)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="data">Images in the column that the network reads. Those that cannot be read are left out.</param>
    /// <param name="encodedImage">The content of an image file.</param>
    /// <param name="count">How many images, 1 or more. Default 12.</param>
    public static CnnNeighbors Neighbors(this CnnTransformer model, IDataView data, ReadOnlySpan<byte> encodedImage, int count = 12) =>
        Neighbors(model, data, InspectedPhoto.Of(encodedImage), count);

    /// <inheritdoc cref="Neighbors(CnnTransformer, IDataView, string, int)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="data">Images in the column that the network reads. Those that cannot be read are left out.</param>
    /// <param name="image">ML.NET's image; it stays the caller's to dispose.</param>
    /// <param name="count">How many images, 1 or more. Default 12.</param>
    public static CnnNeighbors Neighbors(this CnnTransformer model, IDataView data, MLImage image, int count = 12) =>
        Neighbors(model, data, InspectedPhoto.Of(image), count);

    private static CnnNeighbors Neighbors(CnnTransformer model, IDataView data, InspectedPhoto photo, int count)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        return NeighborSearch.Find(model, data, photo, count);
    }
}
