namespace Ml.Cnn.Transforms.Sources;

/// <summary>Class folders without a file that is read: a network that is trained without them would not know a whole class.</summary>
internal static class EmptyClasses
{
    private const int Named = 5;

    /// <exception cref="InvalidOperationException">There is such a folder.</exception>
    /// <param name="folders">The folders' names, and what they hold instead.</param>
    /// <param name="place">Where they are, for the message.</param>
    public static void Refuse(IReadOnlyList<(string Name, PassedOverCounter PassedOver)> folders, string place)
    {
        if (folders.Count == 0)
            return;
        var names = folders.Take(Named).Select(one => $"'{one.Name}' ({(one.PassedOver.IsEmpty ? "empty" : one.PassedOver)})");
        throw new InvalidOperationException(
            $"{(folders.Count == 1 ? "A class folder" : FormattableString.Invariant($"{folders.Count} class folders"))} of {place} "
            + $"{(folders.Count == 1 ? "holds" : "hold")} no image that can be read: {string.Join(", ", names)}"
            + $"{(folders.Count > Named ? ", …" : "")}. Move such folders away, or allow empty classes (allowEmptyClasses; in the command "
            + "--allow-empty-classes).");
    }
}
