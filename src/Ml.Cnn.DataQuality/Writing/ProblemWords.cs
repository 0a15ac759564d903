namespace Ml.Cnn.DataQuality.Writing;

/// <summary>Values of enumerations as words of files: "labelError".</summary>
internal static class ProblemWords
{
    public static string Word<T>(T value) where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
