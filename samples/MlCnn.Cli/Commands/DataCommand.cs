using System.CommandLine;
using Microsoft.ML;
using MlCnn.Cli.Display;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn data: what a data set holds, before anything is trained on it.</summary>
internal static class DataCommand
{
    public static Command Create()
    {
        var source = CommandOptions.Source();
        var allowEmpty = CommandOptions.AllowEmptyClasses();
        var json = CommandOptions.Json();
        var command = new Command("data",
            "Reads every image and tells classes, sizes, images that cannot be read, images that occur twice and files that are passed over.")
        {
            source, allowEmpty, json,
        };
        command.SetAction(result => Run(result.GetRequiredValue(source) with { AllowsEmptyClasses = result.GetValue(allowEmpty) }, result.GetValue(json)));
        return command;
    }

    private static int Run(DataSource source, bool json)
    {
        var mlContext = Messages.CreateContext();
        var report = Messages.While("Reading the images", () =>
            mlContext.Data.InspectImages(source.Load(mlContext, DataRole.Training), DataSource.ImageColumn, DataSource.PathColumn, DataSource.LabelColumn));
        if (json)
            JsonOutput.Write(report);
        else
            DataTables.Write(report);
        return ExitCode.Success;
    }
}
