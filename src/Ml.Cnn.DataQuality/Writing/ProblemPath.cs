namespace Ml.Cnn.DataQuality.Writing;

/// <summary>Paths as files of findings have them.</summary>
internal static class ProblemPath
{
    /// <summary>A finding with its paths from a folder on, in its reason too.</summary>
    public static DataProblem From(string? folder, DataProblem problem)
    {
        var other = problem.Other is null ? null : From(folder, problem.Other);
        return problem with
        {
            File = From(folder, problem.File),
            Other = other,
            Reason = other is null || other == problem.Other ? problem.Reason
                : problem.Reason.Replace($"'{problem.Other}'", $"'{other}'", StringComparison.Ordinal),
        };
    }

    /// <summary>A path from a folder on, with slashes; as it is where it lies elsewhere.</summary>
    /// <param name="file">A path, a name in an archive, or "row 12".</param>
    /// <param name="folder">The folder; null: the path as it is.</param>
    public static string From(string? folder, string file)
    {
        if (folder is null)
            return file;
        var relative = Path.GetRelativePath(Path.GetFullPath(folder), Path.GetFullPath(file));
        return relative.StartsWith("..", StringComparison.Ordinal) || Path.IsPathRooted(relative) ? file : relative.Replace('\\', '/');
    }

    /// <summary>What two spellings of one path have in common.</summary>
    /// <param name="folder">The folder that relative paths start from; null: they are names, of an archive's files or of rows.</param>
    /// <param name="file">The path.</param>
    public static string Key(string? folder, string file) => folder is null ? file : Path.GetFullPath(file, Path.GetFullPath(folder));
}
