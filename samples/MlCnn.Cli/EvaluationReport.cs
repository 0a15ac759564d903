using Microsoft.ML;
using Ml.Cnn.Evaluation;
using Ml.Cnn.Inspection;
using Ml.Cnn.Trainers;
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
    /// <param name="network">The network that was evaluated, which shows what it looked at in its worst mistakes.</param>
    /// <param name="against">Another model's, and its file; null: none.</param>
    public static void Write(string folder, string title, IDataView images, CnnEvaluation evaluation, CnnClassifier network,
        (string File, CnnEvaluation Evaluation)? against)
    {
        evaluation.SaveReport(folder, new()
        {
            Title = title,
            Images = images,
            ImageColumnName = DataSource.ImageColumn,
            ImagePathColumnName = DataSource.PathColumn,
            Against = against?.Evaluation,
            AgainstTitle = against is { } other ? Path.GetFileName(other.File) : "",
            DrawPictures = network is CnnTransformer one ? mistakes => HeatMaps(one, images, mistakes) : null, // an ensemble has no layers of its own
        });
        var page = Path.Join(folder, CnnEvaluationReport.PageName);
        Messages.Note(FormattableString.Invariant($"{page}: {new FileInfo(page).Length / 1e6:0.0} MB."));
    }

    // What spoke for the wrong class.
    private static IReadOnlyList<byte[]?> HeatMaps(CnnTransformer network, IDataView images, IReadOnlyList<CnnEvaluatedImage> mistakes)
    {
        const int LongSide = 128; // of a picture on the page, in pixels
        var maps = network.HeatMaps(images, mistakes.ToDictionary(mistake => mistake.Row, mistake => (string?)mistake.Predicted), null, DataSource.PathColumn)
            .ToDictionary(one => one.Row, one => one.Map.ToPng(LongSide));
        return [.. mistakes.Select(mistake => maps.GetValueOrDefault(mistake.Row))];
    }
}
