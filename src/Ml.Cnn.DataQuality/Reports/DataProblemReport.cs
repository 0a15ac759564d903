using Ml.Cnn.DataQuality.Reports;
using Ml.Cnn.DataQuality.Writing;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.DataQuality;

/// <summary>What may be wrong with a data set.</summary>
public sealed class DataProblemReport
{
    internal DataProblemReport() { }

    /// <summary>Where a page takes its pictures from.</summary>
    internal ReportImages Pictures { get; init; } = null!;

    /// <summary>How many images were looked at, those included that cannot be read.</summary>
    public required int Images { get; init; }

    /// <summary>How many images the validation set has; null without one.</summary>
    public int? ValidationImages { get; init; }

    /// <summary>The classes of the data: numbers by value, else in ordinal order.</summary>
    public required IReadOnlyList<string> Classes { get; init; }

    /// <summary>All findings: by kind, in the order of <see cref="DataProblemKind"/>, the surest first. An image may be among several kinds.</summary>
    public required IReadOnlyList<DataProblem> Problems { get; init; }

    /// <summary>Classes that are hard to tell apart, the hardest first; at most a hundred pairs. Empty without probabilities.</summary>
    public required IReadOnlyList<ConfusedClasses> ConfusedClasses { get; init; }

    /// <summary>Where the probabilities come from.</summary>
    public required ProbabilitySource Probabilities { get; init; }

    /// <summary>The share of images whose label is their most probable class, 0 to 1; null without probabilities.</summary>
    public double? Agreement { get; init; }

    /// <summary>The share of images whose labels are wrong by the confident joint, 0 to 1; null without probabilities.</summary>
    public double? EstimatedLabelErrors { get; init; }

    /// <summary>What one should know of how the findings came about. Sentences.</summary>
    public required IReadOnlyList<string> Notes { get; init; }

    /// <summary>The findings of one kind, the surest first.</summary>
    public IEnumerable<DataProblem> Of(DataProblemKind kind) => Problems.Where(problem => problem.Kind == kind);

    /// <summary>
    /// Writes the findings as comma-separated values with the columns kind, file, row, class, proposed, score, action, other and reason, a line each, for
    /// <c>mlContext.Data.CorrectProblems</c> and <c>mlcnn train --exclude --relabel</c>. The action may be changed by hand before.
    /// </summary>
    /// <param name="path">The file, replaced if there is one.</param>
    /// <param name="folder">
    /// Paths in this folder are written from it on, with slashes, so that file and images can be moved together. Default: as they are.
    /// </param>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void SaveCsv(string path, string? folder = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        AtomicFile.WriteText(path, ProblemCsv.Write(Problems, folder));
    }

    /// <summary>
    /// Writes what was found into a folder: report.html, one page that needs nothing beside it, with small versions of the images of the first hundred findings
    /// of each kind; problems.csv with all of them; problems.json. Reads the images of the findings again.
    /// </summary>
    /// <param name="path">
    /// The folder; made where there is none. Earlier files of these names are replaced, but an earlier problems.csv, which may have been edited, stays as
    /// problems.previous.csv.
    /// </param>
    /// <param name="folder">As in <see cref="SaveCsv"/>.</param>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void SaveReport(string path, string? folder = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        Directory.CreateDirectory(path);
        var csv = Path.Join(path, "problems.csv");
        if (File.Exists(csv))
            File.Move(csv, Path.Join(path, "problems.previous.csv"), overwrite: true); // somebody may have decided by hand what to do
        SaveCsv(csv, folder);
        AtomicFile.WriteText(Path.Join(path, "problems.json"), ToJson(folder));
        AtomicFile.WriteText(Path.Join(path, "report.html"), ProblemPage.Write(this, Pictures, folder));
    }

    /// <summary>
    /// The report as JSON: {images, validationImages, classes, probabilities, agreement, estimatedLabelErrors, problems, confusedClasses, notes}.
    /// </summary>
    /// <param name="folder">As in <see cref="SaveCsv"/>.</param>
    public string ToJson(string? folder = null) => ProblemJson.Write(this, folder);

    /// <summary>"60000 images of 10 classes; duplicates with other labels: 2, probable label errors: 35".</summary>
    public override string ToString()
    {
        var kinds = Problems.GroupBy(problem => problem.Kind).OrderBy(group => group.Key)
            .Select(group => FormattableString.Invariant($"{group.Key.InWords()}: {group.Count()}")).ToArray();
        var found = kinds.Length > 0 ? string.Join(", ", kinds) : "nothing was found";
        return FormattableString.Invariant($"{Images} images of {Classes.Count} classes; {found}");
    }
}
