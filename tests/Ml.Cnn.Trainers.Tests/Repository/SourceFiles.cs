using MlCnn.Docs;

namespace Ml.Cnn.Trainers.Tests.Repository;

/// <summary>The repository's own files, found from where the tests were built.</summary>
internal static class SourceFiles
{
    /// <summary>The full path of a folder of the repository.</summary>
    /// <param name="folder">Its path from the repository's root; "" for the root.</param>
    public static string Root(string folder = "") => Path.GetFullPath(Path.Combine(Documents.Find().Repository, folder));

    /// <summary>The C# files in a folder and the folders in it, without what a build makes.</summary>
    public static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder, "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin"));
}
