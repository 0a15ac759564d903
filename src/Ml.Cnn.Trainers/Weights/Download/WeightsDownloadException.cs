namespace Ml.Cnn.Trainers.Weights;

/// <summary>Published weights cannot be had. The message says why, and what file to put where instead.</summary>
public sealed class WeightsDownloadException : IOException
{
    /// <summary>Creates the exception.</summary>
    public WeightsDownloadException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    public WeightsDownloadException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What was thrown where it was noticed.</param>
    public WeightsDownloadException(string message, Exception? innerException) : base(message, innerException) { }
}
