using System.Text;
using Ml.Cnn.Evaluation.TrainingReports;
using Ml.Cnn.Trainers;
using Ml.Cnn.Trainers.IO;

namespace Ml.Cnn.Evaluation;

/// <summary>
/// A page about a training: the curves of loss, accuracy and learning rate, the accuracy of each class, the first images as the network saw them, its first
/// filters, the settings and how they were computed. One HTML file that needs nothing beside it: no script, light and dark, for keyboard and screen reader.
/// </summary>
public static class CnnTrainingReport
{
    /// <summary>Writes the page.</summary>
    /// <param name="model">A network that this library trained, in this process or loaded.</param>
    /// <param name="path">The file, "report.html". Its folder must exist; an earlier file is replaced once the new one is whole.</param>
    /// <param name="logFolder">
    /// The training's <see cref="CnnTrainerOptions.LogFolder"/>, for what a model does not keep: the classes (<see cref="TrainingLogs.Classes"/>) and the first
    /// batch (<see cref="TrainingLogs.Batch"/>). Null, or a folder without them: the page is written without.
    /// </param>
    /// <exception cref="ArgumentException">The model has no history: its weights were imported.</exception>
    /// <exception cref="IOException">A log cannot be read, or the file cannot be written; an earlier one is unchanged.</exception>
    /// <exception cref="ObjectDisposedException">The model was disposed.</exception>
    public static void Save(CnnTransformer model, string path, string? logFolder = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (model.History.Count == 0)
            throw new ArgumentException($"There is no training to report: {model.Name} has no history, as imported weights have none.", nameof(model));
        var page = TrainingPage.Write(model, logFolder is null ? null : TrainingLogFiles.Read(logFolder));
        SavedFile.Write(path, "report", "report.html", stream => stream.Write(Encoding.UTF8.GetBytes(page)));
    }
}
