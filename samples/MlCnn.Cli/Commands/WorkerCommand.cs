using System.CommandLine;
using Ml.Cnn.Experiments.Hangfire;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn worker: trains what 'mlcnn compare' decides, on this machine or another.</summary>
internal static class WorkerCommand
{
    public static Command Create()
    {
        var storage = CommandOptions.Text("--storage", "TEXT",
            "Where the jobs are: what 'mlcnn compare --storage' was given, such as postgres://user:password@host/database, or a SQLite file.", required: true);
        var folder = CommandOptions.Text("--folder", "DIR", "The experiment's folder as this machine sees it. Default: where the experiment says. With "
            + "--store: where this worker keeps its files, a folder of its own. Default: one that goes with the worker.", required: false);
        var store = TrialStores.Option("Where the experiment's files are: what 'mlcnn compare --store' was given. Default: in its folder.");
        var data = CommandOptions.Parsed<DataSource?>("--data", "SRC", "The experiment's images as this machine sees them. Default: where the experiment says.",
            required: false, DataSource.Parse);
        var validation = CommandOptions.Parsed<DataSource?>("--validation", "SRC", "The experiment's validation images. Default: where the experiment says.",
            required: false, DataSource.Parse);
        var device = CommandOptions.Device("Where to train. Default: as the experiment says.");
        var log = CommandOptions.Text("--log", "FILE", "Where to write what is told, behind what is there. Default: standard error.", required: false);
        var untilInputEnds = new Option<bool>("--until-input-ends") { Description = "End with the standard input.", Hidden = true };
        var command = new Command("worker", "Trains what 'mlcnn compare' decides, one training at a time, until it is stopped.")
        {
            storage, folder, store, data, validation, device, log, untilInputEnds,
        };
        command.SetAction(result =>
        {
            using var lines = result.GetValue(log) is { } file ? new StreamWriter(file, append: true) { AutoFlush = true } : null;
            if (lines is not null)
                Console.SetError(lines); // before anything is told
            using var signals = new StopSignals("Stopping after this step; the training goes on elsewhere. Once more ends at once.");
            using var stored = result.GetValue(store) is { } text ? StoredFolder.Open(text, result.GetValue(folder)) : null;
            var worker = new ComparisonWorker(result.GetValue(data), result.GetValue(validation), result.GetValue(device), stored);
            try
            {
                using var jobs = TrialStorage.Parse(result.GetRequiredValue(storage));
                worker.Run(jobs, new()
                {
                    ExperimentFolder = stored?.Path ?? result.GetValue(folder),
                    Report = Messages.Note,
                    StopWhenInputEnds = result.GetValue(untilInputEnds),
                }, signals.Token);
            }
            catch (Exception e) when (e is FormatException or IOException or InvalidOperationException)
            {
                throw new CommandException($"--storage: {e.Message}", e);
            }
            return ExitCode.Success;
        });
        return command;
    }
}
