using Microsoft.ML;
using Ml.Cnn.Evaluation;
using MlCnn.Cli.Display;

namespace MlCnn.Cli;

/// <summary>The folder that 'mlcnn evaluate --report' names.</summary>
internal static class EvaluationReport
{
    /// <summary>Finds out before the images are scored whether the report can be written.</summary>
    /// <exception cref="CommandException">It cannot.</exception>
    public static void CheckWritable(string folder)
    {
        try
        {
            Directory.CreateDirectory(folder);
            var file = Path.Join(folder, $".mlcnn-{Path.GetRandomFileName()}.tmp");
            using var probe = new FileStream(file, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"--report: the folder '{folder}' cannot be written to: {e.Message}", e);
        }
    }

    /// <param name="folder">Where to.</param>
    /// <param name="title">What the page is about.</param>
    /// <param name="images">Those that were evaluated.</param>
    /// <param name="evaluation">The evaluation.</param>
    /// <param name="against">Another model's, and its file; null: none.</param>
    public static void Write(string folder, string title, IDataView images, CnnEvaluation evaluation, (string File, CnnEvaluation Evaluation)? against)
    {
        evaluation.SaveReport(folder, new()
        {
            Title = title,
            Images = images,
            ImageColumnName = DataSource.ImageColumn,
            ImagePathColumnName = DataSource.PathColumn,
            Against = against?.Evaluation,
            AgainstTitle = against is { } other ? Path.GetFileName(other.File) : "",
        });
        var page = Path.Join(folder, CnnEvaluationReport.PageName);
        Messages.Note(FormattableString.Invariant($"{page}: {new FileInfo(page).Length / 1e6:0.0} MB."));
    }
}
