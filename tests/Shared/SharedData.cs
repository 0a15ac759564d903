using System.Formats.Tar;

namespace Ml.Cnn.Tests;

/// <summary>The real images in the folder "shared" beside the repository. A test that needs them is skipped where they are missing.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder in shared/data; skips the test if there is none.</summary>
    public static string Find(string relativePath)
    {
        var repository = new DirectoryInfo(AppContext.BaseDirectory);
        while (repository is not null && !File.Exists(Path.Combine(repository.FullName, "MlCnn.sln")))
            repository = repository.Parent;
        var path = Path.Combine(repository?.Parent?.FullName ?? "", "shared", "data", relativePath);
        if (!Path.Exists(path))
            Assert.Inconclusive($"Skipped: this test needs ../shared/data/{relativePath}, which is not there.");
        return path;
    }

    /// <summary>The image files of an archive, by their name in it.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Files(string archive)
    {
        using var reader = new TarReader(File.OpenRead(Find(archive)));
        while (reader.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is not { } stream || !Path.HasExtension(entry.Name))
                continue;
            var bytes = new byte[entry.Length];
            stream.ReadExactly(bytes);
            yield return (entry.Name, bytes);
        }
    }
}
