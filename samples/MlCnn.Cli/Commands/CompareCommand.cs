using System.CommandLine;
using Ml.Cnn.Experiments;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn compare: what can be said on its command line.</summary>
internal static class CompareCommand
{
    public static Command Create()
    {
        var data = CommandOptions.Parsed("--data", "SRC", $"The images to learn from: {DataSource.Forms}.", required: true, DataSource.Parse);
        var validation = CommandOptions.Parsed("--validation", "SRC", "Images to compare networks with. Default: a part of --data.", required: false,
            DataSource.Parse);
        var output = CommandOptions.Text("--out", "DIR",
            "The experiment's folder: settings, journal, checkpoints, leaderboard.csv/.json/.md, report.html and best/model.zip, kept as it goes on. A process "
            + "that was killed is started again with --resume.", required: true);
        var resume = new Option<bool>("--resume")
        {
            Description = "Go on with the experiment in --out, also with more budget or more networks. Default: refuse a folder that holds one.",
        };
        var workers = CommandOptions.Number("--workers",
            "So many trainings at a time on this machine, each in a process of its own with its part of the cores, or a GPU each. Default: 1.", least: 1);
        var storage = CommandOptions.Text("--storage", "TEXT",
            "Where workers on other machines find their jobs: a PostgreSQL connection such as postgres://user@host/database (the password in PGPASSWORD). "
            + "'mlcnn worker' starts them. " + "Default: none.", required: false);
        var store = TrialStores.Option("Where workers that do not see the folder --out find what they need and bring what comes of it: a part of a bucket for "
            + "this experiment alone, which is given to each worker, too. Default: workers see the folder.");
        var takeover = CommandOptions.Duration("--takeover",
            "With workers: within which time the training of one that died goes on in another, such as 30s. Default: 1m.");
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var json = CommandOptions.Json();
        var settings = CompareOptions.All();
        var command = new Command("compare", "Finds the network for your images: trains several within a budget, compares them, and saves the best.")
        {
            data, validation, output, resume, workers, storage, store, takeover, allowEmpty,
        };
        foreach (var setting in settings)
            command.Add(setting.Option);
        command.Add(json);
        command.SetAction(result =>
        {
            var allowsEmpty = result.GetValue(allowEmpty);
            using var signals = new StopSignals("Stopping after this step; 'mlcnn compare … --resume' goes on. Once more ends at once.");
            var chosen = new CnnExperimentSettings
            {
                LabelColumnName = DataSource.LabelColumn,
                FeatureColumnName = DataSource.ImageColumn,
                Folder = result.GetRequiredValue(output),
                Resume = result.GetValue(resume),
                CancellationToken = signals.Token,
            };
            foreach (var setting in settings)
                setting.Apply(result, chosen);
            return Comparison.Run(new()
            {
                Data = result.GetRequiredValue(data) with { AllowsEmptyClasses = allowsEmpty },
                Validation = result.GetValue(validation) is { } other ? other with { AllowsEmptyClasses = allowsEmpty } : null,
                Settings = chosen,
                Workers = result.GetValue(workers),
                Storage = result.GetValue(storage),
                Store = result.GetValue(store),
                Takeover = result.GetValue(takeover),
                Json = result.GetValue(json),
            });
        });
        return command;
    }
}
