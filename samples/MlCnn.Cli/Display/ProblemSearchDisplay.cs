using Ml.Cnn.DataQuality;
using Spectre.Console;

namespace MlCnn.Cli.Display;

/// <summary>What a search for problems is at: a line that changes on a terminal, a line for each stage elsewhere.</summary>
internal static class ProblemSearchDisplay
{
    public static DataProblemReport Show(Func<IProgress<DataProblemProgress>, DataProblemReport> search)
    {
        if (!Messages.Progress.Profile.Capabilities.Interactive)
            return search(new Told(progress => Messages.Note(progress.Stage + " …")));
        return Messages.Progress.Status().Start("Reading the images …", status =>
            search(new Told(progress => status.Status(Markup.Escape(progress.Stage) + " …"))));
    }

    /// <summary>At once and on the thread that tells: <see cref="Progress{T}"/> would come late.</summary>
    private sealed class Told(Action<DataProblemProgress> tell) : IProgress<DataProblemProgress>
    {
        public void Report(DataProblemProgress value) => tell(value);
    }
}
