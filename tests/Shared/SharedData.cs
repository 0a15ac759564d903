using System.Formats.Tar;

namespace MlCnn.Testing;

/// <summary>The reference data in the folder "shared" beside the repository. A test that needs it is skipped where it is missing.</summary>
internal static class SharedData
{
    /// <summary>The path of a file or folder in shared; null if there is none.</summary>
    public static string? Find(string relativePath)
    {
        var repository = new DirectoryInfo(AppContext.BaseDirectory);
        while (repository is not null && !File.Exists(Path.Combine(repository.FullName, "MlCnn.sln")))
            repository = repository.Parent;
        var path = Path.Combine(repository?.Parent?.FullName ?? "", "shared", relativePath);
        return Path.Exists(path) ? path : null;
    }

    /// <summary>The path of a file or folder in shared; skips the test if there is none.</summary>
    public static string Require(string relativePath)
    {
        if (Find(relativePath) is { } path)
            return path;
        Assert.Inconclusive($"Skipped: this test needs ../shared/{relativePath}, which is not there.");
        return "";
    }

    /// <summary>The image files of an archive in shared, by their name in it.</summary>
    public static IEnumerable<(string Name, byte[] Bytes)> Files(string archive)
    {
        using var reader = new TarReader(File.OpenRead(Require(archive)));
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
