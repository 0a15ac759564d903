namespace MlCnn.Testing;

/// <summary>The folder "shared" beside the repository: reference outputs and real images, which not every clone has.</summary>
internal static class SharedData
{
    /// <summary>The full path of a file or folder in it, or null if there is none.</summary>
    public static string? Find(string relativePath)
    {
        var repository = new DirectoryInfo(AppContext.BaseDirectory);
        while (repository is not null && !File.Exists(Path.Combine(repository.FullName, "MlCnn.sln")))
            repository = repository.Parent;
        if (repository?.Parent is not { } parent)
            return null;
        var path = Path.Combine(parent.FullName, "shared", relativePath);
        return Path.Exists(path) ? path : null;
    }

    /// <summary>The full path of a file or folder in it; the test is skipped if there is none.</summary>
    public static string Require(string relativePath)
    {
        var path = Find(relativePath);
        if (path is null)
            Assert.Inconclusive($"Skipped: this test needs ../shared/{relativePath}, which is not there.");
        return path!;
    }
}
