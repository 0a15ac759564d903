using System.CommandLine;
using Ml.Cnn.Experiments;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn trial: what becomes of single trials of an experiment that goes on in another process.</summary>
internal static class TrialCommand
{
    public static Command Create() => new("trial", "Holds back, lets go on or gives up a trial of an experiment while 'mlcnn compare' goes on.")
    {
        Of("pause", "Holds a trial back: its training ends at the next step, and can go on from there.", (folder, trial) => folder.Pause(trial)),
        Of("resume", "Lets a trial go on that was held back.", (folder, trial) => folder.Resume(trial)),
        Of("skip", "Gives a trial up for good.", (folder, trial) => folder.Skip(trial)),
    };

    private static Command Of(string name, string description, Action<CnnExperimentFolder, int> act)
    {
        var trial = new Argument<int>("N") { Description = "The trial's number, as the leaderboard has it." };
        var folder = CommandOptions.Text("--experiment", "DIR", "The experiment's folder.", required: true);
        var command = new Command(name, description) { trial, folder };
        command.SetAction(result =>
        {
            var number = result.GetValue(trial);
            act(new CnnExperimentFolder(result.GetRequiredValue(folder)), number);
            Messages.Note($"Trial {number}: {name} was left for the process that leads the experiment.");
        });
        return command;
    }
}
