namespace Ml.Cnn.Transforms;

/// <summary>An image could not be turned into pixels. The message says why; it does not know the image's name.</summary>
public sealed class ImageDecodingException : Exception
{
    /// <summary>An exception without a reason; the other constructors are better.</summary>
    public ImageDecodingException()
    {
    }

    /// <summary>An exception that says what is wrong with the image.</summary>
    /// <param name="message">The reason, as one sentence.</param>
    public ImageDecodingException(string message)
        : base(message)
    {
    }

    /// <summary>An exception that says what is wrong with the image, and what led to it.</summary>
    /// <param name="message">The reason, as one sentence.</param>
    /// <param name="innerException">What the decoder threw.</param>
    public ImageDecodingException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
