namespace Ml.Cnn.Evaluation.Pages;

/// <summary>Names of settings as people read them.</summary>
internal static class PropertyNames
{
    /// <summary>"learningRate" as "learning rate".</summary>
    public static string InWords(string name) =>
        string.Concat(name.Select(letter => char.IsUpper(letter) ? " " + char.ToLowerInvariant(letter) : letter.ToString()));
}
