namespace Ml.Cnn.Trainers.Weights;

/// <summary>A file of weights is damaged, or does not fit the network that it is loaded into. The message says what is wrong.</summary>
public sealed class WeightsFormatException : FormatException
{
    /// <summary>Creates the exception.</summary>
    public WeightsFormatException() { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    public WeightsFormatException(string message) : base(message) { }

    /// <summary>Creates the exception.</summary>
    /// <param name="message">What is wrong.</param>
    /// <param name="innerException">What was thrown where it was noticed.</param>
    public WeightsFormatException(string message, Exception innerException) : base(message, innerException) { }
}
