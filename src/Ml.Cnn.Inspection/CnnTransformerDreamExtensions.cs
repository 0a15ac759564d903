using Microsoft.ML.Data;
using Ml.Cnn.Inspection.Dreams;
using Ml.Cnn.Inspection.Input;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;

namespace Ml.Cnn.Inspection;

/// <summary>Images that a trained network is made to see something in.</summary>
public static class CnnTransformerDreamExtensions
{
    /// <summary>
    /// An image made from noise to excite a class or a channel of a layer as much as it can, by gradient ascent on its pixels (Simonyan et al. 2013), shifted
    /// at random before each step and blurred now and then, so that it shows what a photo could show.
    /// </summary>
    /// <param name="model">A trained network.</param>
    /// <param name="options">Class or layer and channel, steps, shifts and blur. Default: the first class, 256 steps.</param>
    /// <exception cref="ArgumentException">There is no such layer or class; the message names the nearest. Or a class and a layer are named.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range, or the layer has no such channel.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static CnnDream Dream(this CnnTransformer model, CnnDreamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return GradientAscent.Make(model, photo: null, options ?? new());
    }

    /// <summary>The same, from a photo on: what the network sees in it is brought out.</summary>
    /// <param name="model">A trained network.</param>
    /// <param name="imagePath">An image file of any format that the library reads.</param>
    /// <param name="options">Class or layer and channel, steps, shifts and blur. Default: the first class, 256 steps.</param>
    /// <inheritdoc cref="Dream(CnnTransformer, CnnDreamOptions)" path="/exception"/>
    /// <exception cref="ImageDecodingException">The image is damaged, or of a format that is not read.</exception>
    /// <exception cref="IOException">The file cannot be read.</exception>
    public static CnnDream Dream(this CnnTransformer model, string imagePath, CnnDreamOptions? options = null) =>
        Dream(model, InspectedPhoto.Read(imagePath), options);

    /// <inheritdoc cref="Dream(CnnTransformer, string, CnnDreamOptions)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="encodedImage">The content of an image file.</param>
    /// <param name="options">Class or layer and channel, steps, shifts and blur. Default: the first class, 256 steps.</param>
    public static CnnDream Dream(this CnnTransformer model, ReadOnlySpan<byte> encodedImage, CnnDreamOptions? options = null) =>
        Dream(model, InspectedPhoto.Of(encodedImage), options);

    /// <inheritdoc cref="Dream(CnnTransformer, string, CnnDreamOptions)"/>
    /// <param name="model">A trained network.</param>
    /// <param name="image">ML.NET's image; it stays the caller's to dispose.</param>
    /// <param name="options">Class or layer and channel, steps, shifts and blur. Default: the first class, 256 steps.</param>
    public static CnnDream Dream(this CnnTransformer model, MLImage image, CnnDreamOptions? options = null) =>
        Dream(model, InspectedPhoto.Of(image), options);

    private static CnnDream Dream(CnnTransformer model, InspectedPhoto photo, CnnDreamOptions? options)
    {
        ArgumentNullException.ThrowIfNull(model);
        return GradientAscent.Make(model, photo, options ?? new());
    }
}
