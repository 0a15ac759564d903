using Ml.Cnn.Trainers.Runtime;

namespace Ml.Cnn.Trainers.Settings;

/// <summary>What an option's documentation states as its range, as a check and as a message.</summary>
internal static class OptionCheck
{
    /// <summary>Requires a name of a device.</summary>
    public static void Device(string device, string option) =>
        Require(device is not null && ComputeDevice.IsValidName(device), option, device, "\"auto\", \"cpu\", \"cuda\" or \"cuda:N\"");

    /// <summary>Requires the name of a column.</summary>
    public static void Name(string value, string option) => Require(!string.IsNullOrWhiteSpace(value), option, value, "the name of a column");

    /// <summary>Requires that a value fits.</summary>
    public static void Require(bool fits, string option, object? value, string expected)
    {
        if (!fits)
            throw Wrong(option, value, expected);
    }

    /// <summary>For an option whose value does not go together with something else.</summary>
    public static ArgumentException Unfit(string option, string message) => new(message, option);

    /// <summary>The message form of every option that is out of its range.</summary>
    public static ArgumentOutOfRangeException Wrong(string option, object? value, string expected) =>
        new(option, value, $"{option} must be {expected}.");
}
