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
        var papers = new Option<bool>("--papers") { Description = "Show the papers that the networks are from; --json always does." };
        var json = CommandOptions.Json();
        var command = new Command("models", "Lists the networks that can be trained.") { papers, json };
        command.SetAction(result =>
        {
            if (result.GetValue(json))
                JsonOutput.Write(new ModelsResult([.. ArchitectureCatalog.All.AsParallel().AsOrdered().Select(Describe)]));
            else
                Messages.Output.Write(Table(result.GetValue(papers)));
            return ExitCode.Success;
        });
        return command;
    }

    private static ModelEntry Describe(Architecture architecture) => new(architecture.Name, architecture.Family, architecture.Year, architecture.Paper,
        architecture.ImageSize, CnnSummary.Of(architecture).Parameters,
        [.. PretrainedWeights.All.Where(weights => weights.Architecture == architecture.Name).Select(weights => weights.Name)]);

    // Without the papers it fits a terminal of 80 columns.
    private static Table Table(bool withPapers)
    {
        var table = new Table { Border = TableBorder.Simple };
        foreach (var name in (string[])["Name", "Family", "Year"])
            table.AddColumn(new TableColumn(name).NoWrap());
        table.AddColumn(new TableColumn("Pixels").NoWrap().RightAligned());
        table.AddColumn(withPapers ? new TableColumn("Paper") : new TableColumn("Weights").NoWrap().RightAligned());
        foreach (var architecture in ArchitectureCatalog.All)
        {
            var published = PretrainedWeights.All.Count(weights => weights.Architecture == architecture.Name);
            string[] cells =
            [
                architecture.Name, architecture.Family, FormattableString.Invariant($"{architecture.Year}"),
                FormattableString.Invariant($"{architecture.ImageSize}"),
                withPapers ? architecture.Paper : published > 0 ? FormattableString.Invariant($"{published}") : "",
            ];
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }
        return table;
    }
}
