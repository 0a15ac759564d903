namespace MlCnn.Testing;

/// <summary>Headless Chromium, of the system's own. Tests that need it are skipped where there is none.</summary>
internal static class Chromium
{
    private static readonly string[] s_programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    public static string[] Arguments { get; } = ["--no-sandbox", "--disable-dev-shm-usage"];

    /// <summary>The program's file.</summary>
    public static string Program()
    {
        var folders = Environment.GetEnvironmentVariable("PATH")?.Split(Path.PathSeparator) ?? [];
        if (s_programs.SelectMany(program => folders.Select(folder => Path.Join(folder, program))).FirstOrDefault(File.Exists) is { } found)
            return found;
        Assert.Inconclusive("Skipped: this test needs Chromium (Debian: apt-get install chromium), which is not there.");
        return "";
    }
}
