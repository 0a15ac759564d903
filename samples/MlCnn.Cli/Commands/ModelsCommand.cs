using System.CommandLine;
using Ml.Cnn.Trainers.Architectures;
using Ml.Cnn.Trainers.Inspection;
using Ml.Cnn.Trainers.Weights;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn models: the networks that can be trained.</summary>
internal static class ModelsCommand
{
    public static Command Create()
    {
        var json = CommandOptions.Json();
        var command = new Command("models", "Lists the networks that can be trained.") { json };
        command.SetAction(result =>
        {
            if (result.GetValue(json))
                JsonOutput.Write(new ModelsResult([.. ArchitectureCatalog.All.AsParallel().AsOrdered().Select(Describe)]));
            else
                Messages.Output.Write(Table());
            return ExitCode.Success;
        });
        return command;
    }

    private static ModelEntry Describe(Architecture architecture) => new(architecture.Name, architecture.Family, architecture.Year, architecture.Paper,
        architecture.ImageSize, CnnSummary.Of(architecture).Parameters,
        [.. PretrainedWeights.All.Where(weights => weights.Architecture == architecture.Name).Select(weights => weights.Name)]);

    private static Table Table()
    {
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn(new TableColumn("Name").NoWrap());
        table.AddColumn(new TableColumn("Family").NoWrap());
        table.AddColumn(new TableColumn("Year").NoWrap());
        table.AddColumn(new TableColumn("Pixels").NoWrap().RightAligned());
        table.AddColumn("Paper");
        foreach (var architecture in ArchitectureCatalog.All)
        {
            string[] cells = [architecture.Name, architecture.Family, FormattableString.Invariant($"{architecture.Year}"), FormattableString.Invariant($"{architecture.ImageSize}"), architecture.Paper];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        return table;
    }
}
