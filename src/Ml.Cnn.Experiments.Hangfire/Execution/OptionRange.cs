using System.Globalization;

namespace Ml.Cnn.Experiments.Hangfire.Execution;

/// <summary>The check of an option that is a time.</summary>
internal static class OptionRange
{
    /// <exception cref="ArgumentOutOfRangeException">It is out of range.</exception>
    public static void Check(TimeSpan value, TimeSpan least, TimeSpan most, string option)
    {
        if (value < least || value > most)
        {
            throw new ArgumentOutOfRangeException(
                option, value, string.Create(CultureInfo.InvariantCulture, $"{option} must be from {least.TotalSeconds} to {most.TotalSeconds} seconds."));
        }
    }
}
