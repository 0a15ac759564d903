using System.CommandLine;
using System.Globalization;
using Ml.Cnn.Trainers;
using Ml.Cnn.Transforms;
using MlCnn.Cli.Display;
using Spectre.Console;

namespace MlCnn.Cli.Commands;

/// <summary>mlcnn ensemble: several models as one.</summary>
internal static class EnsembleCommand
{
    public static Command Create()
    {
        var models = new Argument<string[]>("MODEL")
        {
            Arity = new ArgumentArity(2, 64),
            Description = "The models, two or more, of one network each, for the same classes in whatever order.",
        };
        var weights = CommandOptions.Parsed("--weights", "X,X,…", "What each model weighs, 0 or more, such as 2,1,1. Default: all the same.", required: false,
            Numbers);
        var fit = CommandOptions.Parsed<DataSource?>("--fit-weights", "SRC",
            $"Fit the weights on labeled images that training has not seen: {DataSource.Forms}.", required: false, DataSource.Parse);
        var average = CommandOptions.Choice<ScoreAverage>("--average",
            "What is averaged: probabilities, or logits, a geometric mean. Default: probabilities.");
        var output = CommandOptions.Text("--out", "FILE", "Where to save the model, such as ensemble.zip.", required: true);
        var json = CommandOptions.Json();
        var command = new Command("ensemble", "Makes one model of several, whose scores are averaged: more accurate than the best of them as a rule, and as "
            + "slow as all together. 'mlcnn evaluate' shows both.")
        {
            models, weights, fit, average, output, json,
        };
        command.SetAction(result =>
        {
            var (paths, path) = (result.GetRequiredValue(models), result.GetRequiredValue(output));
            if (result.GetValue(weights) is { Length: > 0 } && result.GetValue(fit) is not null)
                throw new UsageException("--weights and --fit-weights exclude each other.");
            OutputFile.CheckWritable(path, "ensemble.zip");
            var mlContext = Messages.CreateContext();
            var first = ModelFile.LoadPipeline(mlContext, paths[0]);
            var others = paths.Skip(1).Select(file => Single(ModelFile.LoadPipeline(mlContext, file).Classifier, file));
            var averaged = result.GetValue(average) ?? ScoreAverage.Probabilities;
            var ensemble = Make([Single(first.Classifier, paths[0]), .. others], result.GetValue(weights), averaged);
            if (result.GetValue(fit) is { } source)
            {
                var images = LabeledImages.Load(mlContext, ensemble, source);
                ensemble = Messages.While("Scoring the images", () => ensemble.WithFittedWeights(images, DataSource.LabelColumn));
            }
            first.SaveWith(mlContext, ensemble, path);
            Tell(ensemble, paths, path, result.GetValue(json));
            return ExitCode.Success;
        });
        return command;
    }

    private static double[] Numbers(string text) => [.. text.Split(',').Select(part =>
        double.TryParse(part, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number
            : throw new FormatException($"--weights must be numbers from 0 on with commas between, such as 2,1,1, not '{text}'."))];

    private static CnnTransformer Single(CnnClassifier classifier, string path) => classifier as CnnTransformer
        ?? throw new CommandException($"'{path}' is an ensemble already. Name the models of its networks.");

    // An option of several values that is not given is an empty array.
    private static CnnEnsemble Make(IReadOnlyList<CnnTransformer> networks, double[]? weights, ScoreAverage average)
    {
        try
        {
            return CnnEnsemble.Of(networks, weights is { Length: > 0 } ? weights : null, average);
        }
        catch (ArgumentException e)
        {
            throw new CommandException(Messages.Describe(e), e);
        }
    }

    private static void Tell(CnnEnsemble ensemble, string[] paths, string path, bool json)
    {
        MemberEntry[] members = [.. ensemble.NetworkNames.Select((name, i) => new MemberEntry(name, paths[i], ensemble.Weights[i]))];
        if (json)
        {
            JsonOutput.Write(new EnsembleResult(members, ensemble.ClassNames, ensemble.Average.ToString().ToLowerInvariant(), path));
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumn("Network");
        table.AddColumn("Model");
        table.AddColumn(new TableColumn("Weight").RightAligned());
        foreach (var member in members)
            table.AddRow(Markup.Escape(member.Arch), Markup.Escape(member.Model), member.Weight.ToString("0.000", CultureInfo.InvariantCulture));
        Messages.Output.Write(table);
        Messages.Output.WriteLine($"Saved an ensemble of {members.Length} networks for {ensemble.ClassNames.Count} classes to {path}.");
    }
}
